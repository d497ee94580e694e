#include "platform/crypto/password.h"

#include <sodium.h>

namespace tamarack::crypto {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr size_t kMemoryBytes = 19456 * 1024;

// libsodium picks its SIMD code in sodium_init; without it Argon2 runs at half the speed.
bool Ready() {
  static const bool ready = sodium_init() >= 0;
  return ready;
}

}  // namespace

absl::StatusOr<std::string> HashPassword(std::string_view password) {
  if (password.size() > kPasswordBytesMax) {
    return absl::InvalidArgumentError("password: at most 1024 bytes");
  }
  char hash[crypto_pwhash_STRBYTES];
  if (!Ready() || crypto_pwhash_str_alg(hash, password.data(), password.size(), kPasses,
                                        kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return absl::ResourceExhaustedError("password: no memory to hash it");
  }
  return std::string(hash);
}

bool VerifyPassword(std::string_view hash, std::string_view password) {
  if (password.size() > kPasswordBytesMax || hash.size() >= crypto_pwhash_STRBYTES) return false;
  std::string terminated(hash);
  return Ready() &&
         crypto_pwhash_str_verify(terminated.c_str(), password.data(), password.size()) == 0;
}

void VerifyNoPassword(std::string_view password) {
  (void)HashPassword(password);  // the same work as a verification
}

bool NeedsRehash(std::string_view hash) {
  if (hash.size() >= crypto_pwhash_STRBYTES) return true;
  std::string terminated(hash);
  return crypto_pwhash_str_needs_rehash(terminated.c_str(), kPasses, kMemoryBytes) != 0;
}

}  // namespace tamarack::crypto
