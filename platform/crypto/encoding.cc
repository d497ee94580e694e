#include "platform/crypto/encoding.h"

#include "platform/base/status.h"

#include <sodium.h>

namespace tamarack::crypto {
namespace {

std::string EncodeBase64(std::string_view bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  text.pop_back();  // libsodium counts and writes a closing NUL
  return text;
}

// libsodium refuses non-zero trailing bits and wrong padding, and, without an end pointer, anything
// left over.
absl::StatusOr<std::string> DecodeBase64(std::string_view text, int variant, const char* error) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, variant) != 0) {
    return absl::InvalidArgumentError(error);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string Base64Encode(std::string_view bytes) {
  return EncodeBase64(bytes, sodium_base64_VARIANT_ORIGINAL);
}

absl::StatusOr<std::string> Base64Decode(std::string_view text) {
  return DecodeBase64(text, sodium_base64_VARIANT_ORIGINAL, "not canonical base64");
}

std::string Base64UrlEncode(std::string_view bytes) {
  return EncodeBase64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

absl::StatusOr<std::string> Base64UrlDecode(std::string_view text) {
  return DecodeBase64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, "not canonical base64url");
}

std::string HexEncode(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size());
  text.pop_back();
  return text;
}

absl::StatusOr<std::string> HexDecode(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  size_t size = 0;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                     text.size(), nullptr, &size, nullptr) != 0 ||
      size * 2 != text.size()) {
    return absl::InvalidArgumentError("not hexadecimal");
  }
  return bytes;
}

std::string Base32HexEncode(std::string_view bytes) {
  constexpr char kAlphabet[] = "0123456789abcdefghijklmnopqrstuv";
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  uint32_t window = 0;
  int bits = 0;
  for (char byte : bytes) {
    window = (window << 8) | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text.push_back(kAlphabet[(window >> bits) & 31]);
    }
  }
  if (bits > 0) text.push_back(kAlphabet[(window << (5 - bits)) & 31]);
  return text;
}

}  // namespace tamarack::crypto
