// Everything that identity derives from its one secret key: sealing at rest, blind indexes,
// pairwise subjects.
#pragma once

#include "platform/crypto/seal.h"

#include <string>
#include <string_view>

namespace tamarack::identity {

// The sector of the platform's own services: they all know a person by this one subject.
inline constexpr char kPlatformSector[] = "tamarack";

// One key per purpose, so that a leak of one tells nothing of the others. Immutable.
class Keyring {
 public:
  // At least 32 bytes.
  explicit Keyring(std::string_view secret);

  const crypto::Sealer& sealer() const { return sealer_; }

  // How a ministry (or the platform) knows the person: base64url(HMAC-SHA256), 43 characters.
  // Subjects of two sectors cannot be linked without the key.
  std::string PairwiseSubject(std::string_view sector, std::string_view person_id) const;

  // By which a person is found from an email address (tidied), whatever its case.
  std::string EmailIndex(std::string_view email) const;

  // What is stored of a confirmation code: eight digits alone could be guessed from a hash without
  // key.
  std::string CodeMac(std::string_view registration_id, std::string_view code) const;

 private:
  crypto::Sealer sealer_;
  std::string pairwise_key_;
  std::string email_key_;
  std::string code_key_;
};

}  // namespace tamarack::identity
