#include "services/identity/keys/keyring.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>

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
      code_(ring.For("identity.code")) {}

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

}  // namespace tamarack::identity
