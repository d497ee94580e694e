#include "platform/crypto/hash.h"

#include "platform/base/check.h"
#include "platform/crypto/encoding.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tamarack::crypto {
namespace {

std::string Hmac(const EVP_MD* digest, std::string_view key, std::string_view data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  TAMARACK_CHECK(HMAC(digest, key.data(), static_cast<int>(key.size()),
                      reinterpret_cast<const unsigned char*>(data.data()), data.size(), out,
                      &size) != nullptr);
  return {reinterpret_cast<char*>(out), size};
}

}  // namespace

std::string Sha256(std::string_view data) {
  // OpenSSL 3 would look the algorithm up for every digest, which costs more than a short one does.
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string out(32, '\0');
  TAMARACK_CHECK(EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()),
                            nullptr, digest, nullptr) == 1);
  return out;
}

std::string Sha256Hex(std::string_view data) {
  return HexEncode(Sha256(data));
}

std::string HmacSha256(std::string_view key, std::string_view data) {
  return Hmac(EVP_sha256(), key, data);
}

std::string DeriveKey(std::string_view secret, std::string_view purpose) {
  std::string extracted = HmacSha256(std::string(32, '\0'), secret);
  return HmacSha256(extracted, std::string(purpose) + '\x01');
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tamarack::crypto
