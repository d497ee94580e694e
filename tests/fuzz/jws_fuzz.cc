// Tokens: header and claims (two lines) that hold anything, signed with a key that is known. None
// is taken whose header asks for what we do not do, and none that nobody signed.
#include "fuzz.h"
#include "platform/auth/access_token.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/jws.h"
#include "platform/json/strict.h"

#include <string>

using namespace tamarack;
using crypto::Algorithm;
using gateway::Require;

namespace {

std::string Sign(const crypto::Key& key, std::string_view header, std::string_view claims) {
  std::string text = crypto::Base64UrlEncode(header) + "." + crypto::Base64UrlEncode(claims);
  return text + "." + crypto::Base64UrlEncode(key.Sign(text).value());
}

void CheckVerified(const std::string& token, const crypto::Jws& jws) {
  Require(StringMember(jws.header, "alg") == "HS256" && !jws.header.contains("crit"));
  auto peeked = crypto::PeekJws(token);
  Require(peeked.ok() && peeked->header == jws.header && peeked->claims == jws.claims);
  auto principal = auth::FromClaims(jws.claims);
  if (principal.ok()) Require(!principal->subject.empty() && !principal->client_id.empty());
  crypto::CheckLimits(jws.claims, 1'764'000'000, 60).IgnoreError();
}

// A set of keys that is read is printed as one that is read the same.
void CheckKeys(std::string_view text) {
  auto keys = crypto::KeySet::FromJwks(text);
  if (!keys.ok()) return;
  Require(!keys->keys().empty() && keys->keys().size() <= 32);
  auto again = crypto::KeySet::FromJwks(keys->Jwks());
  Require(again.ok() && again->Jwks() == keys->Jwks());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const auto& key = *new crypto::Key(
      crypto::Key::FromSecret("a secret of at least thirty-two bytes", "k1").value());
  static const auto& keys =
      *new crypto::KeySet({key, crypto::Key::Generate(Algorithm::kEs256, "k2").value()});
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (Algorithm algorithm : {Algorithm::kHs256, Algorithm::kEs256})
    Require(!crypto::VerifyJws(text, keys, {algorithm, ""}).ok());
  CheckKeys(text);

  size_t line = text.find('\n');
  if (line == text.npos) return 0;
  std::string token = Sign(key, text.substr(0, line), text.substr(line + 1));
  Require(!crypto::VerifyJws(token, keys, {Algorithm::kEs256, ""}).ok());
  auto jws = crypto::VerifyJws(token, keys, {Algorithm::kHs256, ""});
  if (!jws.ok()) return 0;
  CheckVerified(token, *jws);
  token[token.rfind('.') + 1] ^= 1;
  Require(!crypto::VerifyJws(token, keys, {Algorithm::kHs256, ""}).ok());
  return 0;
}
