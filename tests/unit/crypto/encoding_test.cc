#include "platform/crypto/encoding.h"

#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace crypto = tamarack::crypto;

TEST_CASE("Base64 and base64url match the vectors of RFC 4648 section 10", "[crypto]") {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CAPTURE(bytes);
    CHECK(crypto::Base64Encode(bytes) == text);
    CHECK(crypto::Base64Decode(text).value() == bytes);
    std::string bare = text.substr(0, text.find('='));
    CHECK(crypto::Base64UrlEncode(bytes) == bare);
    CHECK(crypto::Base64UrlDecode(bare).value() == bytes);
  }
  CHECK(crypto::Base64Encode("\xfb\xff") == "+/8=");
  CHECK(crypto::Base64UrlEncode("\xfb\xff") == "-_8");
}

TEST_CASE("Base32hex matches RFC 4648 in lower case without padding", "[crypto]") {
  CHECK(crypto::Base32HexEncode("") == "");
  CHECK(crypto::Base32HexEncode("f") == "co");
  CHECK(crypto::Base32HexEncode("foob") == "cpnmuog");
  CHECK(crypto::Base32HexEncode("foobar") == "cpnmuoj1e8");
}

TEST_CASE("Base64 that no encoder writes is refused", "[crypto]") {
  for (std::string text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm9v=", "Zm-v",
                           "Z", "Zm9v====", "=", "Zm9vZg==Zm9v"}) {
    CAPTURE(text);
    CHECK_FALSE(crypto::Base64Decode(text).ok());
  }
  for (std::string text : {"Zg==", "Zh", "Zm9", "Zm+v", "Z", "Zm9v ", "Zm9v.", "Zm 9v"}) {
    CAPTURE(text);
    CHECK_FALSE(crypto::Base64UrlDecode(text).ok());
  }
  CHECK_FALSE(crypto::Base64UrlDecode(std::string("Zm9v\0", 5)).ok());
}

TEST_CASE("Hexadecimal round-trips and odd or foreign text is refused", "[crypto]") {
  CHECK(crypto::HexEncode(std::string("\x00\xff\x10", 3)) == "00ff10");
  CHECK(crypto::HexDecode("00FF10").value() == std::string("\x00\xff\x10", 3));
  for (std::string text : {"0", "0g", "00 ff", "0x00"}) CHECK_FALSE(crypto::HexDecode(text).ok());
}

TEST_CASE("Every length round-trips through every encoding", "[crypto]") {
  for (size_t size = 0; size < 70; ++size) {
    std::string bytes = crypto::RandomBytes(size);
    CHECK(crypto::Base64Decode(crypto::Base64Encode(bytes)).value() == bytes);
    CHECK(crypto::Base64UrlDecode(crypto::Base64UrlEncode(bytes)).value() == bytes);
    CHECK(crypto::HexDecode(crypto::HexEncode(bytes)).value() == bytes);
  }
}

TEST_CASE("SHA-256 matches FIPS 180-4", "[crypto]") {
  CHECK(crypto::Sha256Hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(crypto::Sha256Hex("") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("HMAC matches RFC 4231 and RFC 2202", "[crypto]") {
  using crypto::HexEncode;
  CHECK(HexEncode(crypto::HmacSha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(HexEncode(crypto::HmacSha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(HexEncode(crypto::HmacSha256(std::string(131, '\xaa'),
                                     "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("Derived keys match RFC 5869 appendix A.3 and differ by purpose", "[crypto]") {
  CHECK(crypto::HexEncode(crypto::DeriveKey(std::string(22, '\x0b'), "")) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  CHECK(crypto::DeriveKey("secret", "a") != crypto::DeriveKey("secret", "b"));
}

TEST_CASE("Constant-time comparison compares", "[crypto]") {
  CHECK(crypto::ConstantTimeEqual("", ""));
  CHECK(crypto::ConstantTimeEqual("abc", "abc"));
  CHECK_FALSE(crypto::ConstantTimeEqual("abc", "abd"));
  CHECK_FALSE(crypto::ConstantTimeEqual("abc", "abcd"));
}

TEST_CASE("Random values differ and have their shape", "[crypto]") {
  CHECK(crypto::RandomBytes(16) != crypto::RandomBytes(16));
  CHECK(crypto::RandomToken(16).size() == 22);
  std::string digits = crypto::RandomDigits(64);
  CHECK(digits.size() == 64);
  CHECK(std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }));
  CHECK(digits != crypto::RandomDigits(64));
}
