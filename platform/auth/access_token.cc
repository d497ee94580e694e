#include "platform/auth/access_token.h"

#include "platform/base/status.h"
#include "platform/crypto/jws.h"
#include "platform/crypto/random.h"
#include "platform/json/strict.h"

#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

namespace tamarack::auth {
namespace {

namespace json = boost::json;

constexpr char kKeyThumbprint[] = "jkt";
constexpr char kCertificateThumbprint[] = "x5t#S256";

void Put(json::object& claims, const char* name, const std::string& value) {
  if (!value.empty()) claims[name] = value;
}

// A token that is bound in a way unknown to us cannot be checked, so it is no good.
absl::StatusOr<Confirmation> ReadConfirmation(const json::object& claims) {
  Confirmation confirmation;
  const json::value* cnf = claims.if_contains("cnf");
  if (cnf == nullptr) return confirmation;
  size_t known = 0;
  if (const json::object* members = cnf->if_object()) {
    confirmation.jkt = StringMember(*members, kKeyThumbprint);
    confirmation.x5t_s256 = StringMember(*members, kCertificateThumbprint);
    known = (confirmation.jkt.empty() ? 0u : 1u) + (confirmation.x5t_s256.empty() ? 0u : 1u);
    if (known == members->size() && known > 0) return confirmation;
  }
  return absl::UnauthenticatedError("token: bound in an unknown way");
}

std::string Get(const json::object& claims, std::string_view name) {
  return std::string(StringMember(claims, name));
}

}  // namespace

json::object ToClaims(const Principal& principal, const TokenTerms& terms) {
  json::object claims;
  claims["iss"] = terms.issuer;
  claims["aud"] = terms.audience;
  claims["sub"] = principal.subject;
  claims["client_id"] = principal.client_id;
  Put(claims, "ministry_id", principal.ministry_id);
  Put(claims, "service_id", principal.service_id);
  Put(claims, "scope", absl::StrJoin(principal.scopes, " "));
  claims["mode"] = principal.mode;
  Put(claims, "key_type", principal.key_type);
  Put(claims, "acr", principal.acr);
  if (principal.auth_time_seconds > 0) claims["auth_time"] = principal.auth_time_seconds;
  if (principal.is_session) claims["session"] = true;
  Put(claims, "sid", principal.session_id);
  Put(claims, "grant_id", principal.grant_id);
  Put(claims, "lang", principal.language);
  json::object confirmation;
  Put(confirmation, kKeyThumbprint, principal.confirmation.jkt);
  Put(confirmation, kCertificateThumbprint, principal.confirmation.x5t_s256);
  if (!confirmation.empty()) claims["cnf"] = std::move(confirmation);
  claims["iat"] = terms.issued_at_seconds;
  claims["exp"] = terms.issued_at_seconds + terms.lifetime_seconds;
  claims["jti"] = crypto::RandomToken(16);
  return claims;
}

absl::StatusOr<Principal> FromClaims(const json::object& claims) {
  Principal principal;
  principal.subject = Get(claims, "sub");
  principal.client_id = Get(claims, "client_id");
  principal.mode = Get(claims, "mode");
  if (principal.subject.empty() || principal.client_id.empty()) {
    return absl::UnauthenticatedError("token: sub or client_id is missing");
  }
  if (principal.mode != "live" && principal.mode != "sandbox") {
    return absl::UnauthenticatedError("token: mode is neither live nor sandbox");
  }
  principal.ministry_id = Get(claims, "ministry_id");
  principal.service_id = Get(claims, "service_id");
  std::string scope = Get(claims, "scope");
  for (absl::string_view name : absl::StrSplit(scope, ' ', absl::SkipEmpty())) {
    principal.scopes.emplace(name);
  }
  principal.key_type = Get(claims, "key_type");
  principal.acr = Get(claims, "acr");
  principal.auth_time_seconds = crypto::NumericDate(claims, "auth_time").value_or(0);
  const json::value* session = claims.if_contains("session");
  principal.is_session = session != nullptr && session->is_bool() && session->get_bool();
  principal.session_id = Get(claims, "sid");
  principal.grant_id = Get(claims, "grant_id");
  principal.language = Get(claims, "lang");
  absl::StatusOr<Confirmation> confirmation = ReadConfirmation(claims);
  if (!confirmation.ok()) return confirmation.status();
  principal.confirmation = *std::move(confirmation);
  return principal;
}

absl::StatusOr<std::string> MintAccessToken(const crypto::Key& key, const Principal& principal,
                                            const TokenTerms& terms) {
  if (key.algorithm() != crypto::Algorithm::kEs256) {
    return absl::InvalidArgumentError("access tokens are signed with ES256");
  }
  if (terms.audience.empty()) return absl::InvalidArgumentError("access tokens are for somebody");
  if (terms.lifetime_seconds <= 0 || terms.lifetime_seconds > kLifetimeSecondsMax) {
    return absl::InvalidArgumentError("access tokens live for up to 5 minutes");
  }
  return crypto::SignJws(key, ToClaims(principal, terms), {{"typ", kTokenType}});
}

}  // namespace tamarack::auth
