// Form bodies bound to a message of every kind of field, with and without a path variable.
#include "binding.h"

using namespace tamarack::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view body(reinterpret_cast<const char*>(bytes), size);
  constexpr char kForm[] = "application/x-www-form-urlencoded";
  BindEcho("POST", "/toy/v1/echo", {"", kForm, body});
  BindEcho("POST", "/toy/v1/echo/path", {"", kForm, body});
  return 0;
}
