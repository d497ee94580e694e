// Everything that identity derives from its keyring: sealing at rest, blind indexes, pairwise
// subjects.
#pragma once

#include "platform/crypto/keyring.h"
#include "platform/crypto/seal.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// One key per purpose, so that a leak of one tells nothing of the others. Follows the ring.
class Keyring {
 public:
  explicit Keyring(const crypto::Keyring& ring);

  const crypto::Sealer& sealer() const { return sealer_; }
  // For what any visitor can have sealed, so that nobody wears out the key of what is at rest.
  const crypto::Sealer& interaction_sealer() const { return interaction_sealer_; }

  // With one of these subjects were made before there was the table `subject_key`.
  std::vector<std::string> SubjectKeys() const {
    std::vector<std::string> keys;
    for (const crypto::VersionKey& key : pairwise_.Now()->all) keys.push_back(key.bytes);
    return keys;
  }

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

 private:
  crypto::Sealer sealer_;
  crypto::Sealer interaction_sealer_;
  crypto::PurposeView pairwise_;
  crypto::StoredMac email_;
  crypto::StoredMac code_;
};

}  // namespace tamarack::identity
