// Encryption of secrets and personal data at rest: AES-256-GCM (NIST SP 800-38D).
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::crypto {

// A 256-bit key and the name it has inside sealed texts (1-32 of [A-Za-z0-9_-]).
struct SealKey {
  std::string id;
  std::string bytes;
};

// Seals with its first key and opens with any, so that keys can be rotated (before 2^32 texts, the
// bound of random nonces). Immutable: any thread.
class Sealer {
 public:
  static absl::StatusOr<Sealer> FromKeys(std::vector<SealKey> keys);

  // One key, derived from `secret` (at least 32 bytes) for `purpose` by HKDF (RFC 5869), named "1".
  static absl::StatusOr<Sealer> FromSecret(std::string_view secret, std::string_view purpose);

  // Reads a key file: one `id:base64(32 bytes)` per line, current key first; # begins a comment.
  static absl::StatusOr<Sealer> FromText(std::string_view text);

  // `<key id>.<base64url(nonce || ciphertext || tag)>`. `aad` binds the text to its place (for
  // example table, column and row id): opening it under another is refused.
  std::string Seal(std::string_view plaintext, std::string_view aad) const;

  // DATA_LOSS when altered, sealed under an unknown key, or bound to another `aad`.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view aad) const;

 private:
  explicit Sealer(std::vector<SealKey> keys) : keys_(std::move(keys)) {}
  std::vector<SealKey> keys_;
};

// A line for a key file, with a new random key.
std::string NewSealKeyLine(std::string_view id);

}  // namespace tamarack::crypto
