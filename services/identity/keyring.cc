#include "services/identity/keyring.h"

#include "platform/base/check.h"
#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"

#include <absl/strings/ascii.h>

namespace tamarack::identity {
namespace {

crypto::Sealer MakeSealer(std::string_view secret) {
  auto sealer = crypto::Sealer::FromSecret(secret, "identity.seal");
  TAMARACK_CHECK(sealer.ok());
  return *std::move(sealer);
}

// The separator keeps ("a", "bc") and ("ab", "c") apart; neither part contains one.
std::string Mac(const std::string& key, std::string_view first, std::string_view second) {
  return crypto::Base64UrlEncode(
      crypto::HmacSha256(key, absl::StrCat(ToAbsl(first), "/", ToAbsl(second))));
}

}  // namespace

Keyring::Keyring(std::string_view secret)
    : sealer_(MakeSealer(secret)),
      pairwise_key_(crypto::DeriveKey(secret, "identity.pairwise")),
      email_key_(crypto::DeriveKey(secret, "identity.email")),
      code_key_(crypto::DeriveKey(secret, "identity.code")) {}

std::string Keyring::PairwiseSubject(std::string_view sector, std::string_view person_id) const {
  return Mac(pairwise_key_, sector, person_id);
}

std::string Keyring::EmailIndex(std::string_view email) const {
  return Mac(email_key_, "email", absl::AsciiStrToLower(ToAbsl(email)));
}

std::string Keyring::CodeMac(std::string_view registration_id, std::string_view code) const {
  return Mac(code_key_, registration_id, code);
}

}  // namespace tamarack::identity
