// Query strings bound to a message of every kind of field.
#include "binding.h"

using namespace tamarack::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view query(reinterpret_cast<const char*>(bytes), size);
  BindEcho("GET", "/toy/v1/echo", {query, "", ""});
  BindEcho("PUT", "/toy/v1/deep/path/inner", {query, "application/json", "{}"});
  return 0;
}
