// Encryption of secrets and personal data at rest: AES-256-GCM (NIST SP 800-38D).
#pragma once

#include "platform/crypto/keyring.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::crypto {

// Seals with the key in use and opens with any, so that keys can be rotated (before 2^32 texts, the
// bound of random nonces). Follows its keyring, on whose loop it lives; one with keys of its own is
// immutable. Cheap to copy.
class Sealer {
 public:
  // With the keys that `ring` has for the purpose at each time.
  Sealer(const Keyring& ring, std::string_view purpose) : keys_(ring.For(purpose)) {}

  // One key of a person's own, or of another that no ring holds: 32 bytes, and the name that it has
  // inside sealed texts (1-32 of [A-Za-z0-9_-]).
  static absl::StatusOr<Sealer> FromKey(VersionKey key);

  // `<key id>.<base64url(nonce || ciphertext || tag)>`. `aad` binds the text to its place (for
  // example table, column and row id): opening it under another is refused.
  std::string Seal(std::string_view plaintext, std::string_view aad) const;

  // DATA_LOSS when altered, sealed under an unknown key, or bound to another `aad`.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view aad) const;
  // The same, and reports the row when it cannot be read. Whoever goes through several then passes
  // this one over.
  absl::StatusOr<std::string> OpenRow(const UnreadableRow& row, std::string_view sealed,
                                      std::string_view aad) const;
  // For what is found wrong with a row after its opening.
  void Report(const UnreadableRow& row) const { keys_.Report(row); }

 private:
  explicit Sealer(PurposeView keys) : keys_(std::move(keys)) {}
  PurposeView keys_;
};

}  // namespace tamarack::crypto
