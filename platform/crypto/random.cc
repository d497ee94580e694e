#include "platform/crypto/random.h"

#include "platform/crypto/encoding.h"

#include <sodium.h>

namespace tamarack::crypto {

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string RandomToken(size_t bytes) {
  return Base64UrlEncode(RandomBytes(bytes));
}

std::string RandomDigits(size_t digits) {
  std::string text(digits, '0');
  for (char& digit : text) digit = static_cast<char>('0' + randombytes_uniform(10));
  return text;
}

}  // namespace tamarack::crypto
