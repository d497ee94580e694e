#include "services/identity/keyring.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "services/identity/api_key_format.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::identity {
namespace {

// The separator keeps ("a", "bc") and ("ab", "c") apart; neither part contains one.
std::string Joined(std::string_view first, std::string_view second) {
  return absl::StrCat(ToAbsl(first), "/", ToAbsl(second));
}

std::string EmailText(std::string_view email) {
  return Joined("email", absl::AsciiStrToLower(ToAbsl(email)));
}

}  // namespace

Keyring::Keyring(const crypto::Keyring& ring)
    : sealer_(ring, "identity.seal"),
      interaction_sealer_(ring, "identity.interaction"),
      pairwise_(ring.For("identity.pairwise")),
      email_(ring.For("identity.email")),
      code_(ring.For("identity.code")),
      pay_checksum_(ring.For("identity.pay_checksum")) {}

std::string Keyring::PairwiseSubject(std::string_view sector, std::string_view person_id) const {
  return crypto::Base64UrlEncode(
      crypto::HmacSha256(pairwise_.Now()->all.front().bytes, Joined(sector, person_id)));
}

std::string Keyring::EmailIndex(std::string_view email) const {
  return email_.Make(EmailText(email));
}

std::vector<std::string> Keyring::EmailIndexes(std::string_view email) const {
  return email_.MakeAll(EmailText(email));
}

std::string Keyring::CodeMac(std::string_view registration_id, std::string_view code) const {
  return code_.Make(Joined(registration_id, code));
}

bool Keyring::IsCode(std::string_view registration_id, std::string_view code,
                     std::string_view code_mac) const {
  return code_.Matches(Joined(registration_id, code), code_mac);
}

std::string Keyring::PayChecksumSecret() const {
  return pay_checksum_.Now()->all.front().bytes;
}

bool Keyring::IsPayKey(std::string_view bearer) const {
  auto keys = pay_checksum_.Now();
  return std::any_of(keys->all.begin(), keys->all.end(), [&](const crypto::VersionKey& key) {
    return HasPayChecksum(bearer, key.bytes);
  });
}

}  // namespace tamarack::identity
