// Everything that identity derives from its keyring: sealing at rest, blind indexes, pairwise
// subjects.
#pragma once

#include "platform/crypto/keyring.h"
#include "platform/crypto/seal.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// The sector of the platform's own services: they all know a person by this one subject.
inline constexpr char kPlatformSector[] = "tamarack";

// One key per purpose, so that a leak of one tells nothing of the others. Follows the ring.
class Keyring {
 public:
  explicit Keyring(const crypto::Keyring& ring);

  const crypto::Sealer& sealer() const { return sealer_; }
  // For what any visitor can have sealed, so that nobody wears out the key of what is at rest.
  const crypto::Sealer& interaction_sealer() const { return interaction_sealer_; }

  // How a ministry (or the platform) knows the person: base64url(HMAC-SHA256), 43 characters.
  // Subjects of two sectors cannot be linked without the key. Made with the ring's oldest version,
  // whichever is in use: a subject never changes.
  std::string PairwiseSubject(std::string_view sector, std::string_view person_id) const;

  // By which a person is found from an email address (tidied), whatever its case.
  std::string EmailIndex(std::string_view email) const;
  // Under every version, first the one of EmailIndex.
  std::vector<std::string> EmailIndexes(std::string_view email) const;

  // What is stored of a confirmation code: eight digits alone could be guessed from a hash without
  // key.
  std::string CodeMac(std::string_view registration_id, std::string_view code) const;
  // In constant time.
  bool IsCode(std::string_view registration_id, std::string_view code,
              std::string_view code_mac) const;

  // For the checksums of new keys for payments. The oldest version's, since keys live long and a
  // checksum proves nothing.
  std::string PayChecksumSecret() const;
  bool IsPayKey(std::string_view bearer) const;

 private:
  crypto::Sealer sealer_;
  crypto::Sealer interaction_sealer_;
  crypto::PurposeView pairwise_;
  crypto::StoredMac email_;
  crypto::StoredMac code_;
  crypto::PurposeView pay_checksum_;
};

}  // namespace tamarack::identity
