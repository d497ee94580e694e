#include "platform/base/url.h"

#include <catch2/catch.hpp>

#include <string>

namespace tamarack {

TEST_CASE("Percent coding keeps what is unreserved and takes back what it wrote", "[url]") {
  CHECK(PercentEncode("aZ09-._~") == "aZ09-._~");
  CHECK(PercentEncode("a b/c?d=é&+%") == "a%20b%2Fc%3Fd%3D%C3%A9%26%2B%25");
  CHECK(PercentEncodePath("/en/a b/") == "/en/a%20b/");
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  CHECK(PercentDecode(PercentEncode(every_byte), true) == every_byte);
  CHECK(PercentDecode("%c3%A9", false) == "é");
}

TEST_CASE("A plus is a space in a query, and itself in a path", "[url]") {
  CHECK(PercentDecode("a+b%2B", true) == "a b+");
  CHECK(PercentDecode("a+b%2B", false) == "a+b+");
}

TEST_CASE("A broken escape decodes to nothing", "[url]") {
  for (const char* text : {"%", "a%4", "%zz", "%4g", "%%41"}) {
    CAPTURE(text);
    CHECK_FALSE(PercentDecode(text, false).has_value());
  }
}

}  // namespace tamarack
