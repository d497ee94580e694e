#include "services/identity/tokens/token_issuer.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jws.h"

#include <boost/json/array.hpp>

namespace tamarack::identity {
namespace {

// Clients check it at once; it is no credential afterwards.
constexpr int64_t kIdTokenLifetimeSeconds = 300;

// Section 3.1.3.6: the left half of the access token's hash.
std::string AccessTokenHash(std::string_view access_token) {
  return crypto::Base64UrlEncode(std::string_view(crypto::Sha256(access_token)).substr(0, 16));
}

}  // namespace

Async<IssuedAccessToken> TokenIssuer::AccessToken(const auth::Principal& principal,
                                                  const std::string& audience,
                                                  int64_t lifetime_seconds) {
  CO_ASSIGN_OR_RETURN(auto keys, co_await keys_.Get());
  CO_ASSIGN_OR_RETURN(auto key, keys->es256);
  auth::TokenTerms terms{.issuer = issuer_,
                         .audience = audience,
                         .issued_at_seconds = NowSeconds(),
                         .lifetime_seconds = lifetime_seconds};
  CO_ASSIGN_OR_RETURN(auto token, auth::MintAccessToken(key, principal, terms));
  co_return IssuedAccessToken{std::move(token), terms.issued_at_seconds + terms.lifetime_seconds};
}

Async<std::string> TokenIssuer::IdToken(const IdTokenTerms& terms) {
  CO_ASSIGN_OR_RETURN(auto keys, co_await keys_.Get());
  CO_ASSIGN_OR_RETURN(auto key, terms.algorithm == "ES256" ? keys->es256 : keys->rs256);
  int64_t now = NowSeconds();
  boost::json::object claims{{"iss", issuer_},
                             {"sub", terms.subject},
                             {"aud", terms.client_id},
                             {"iat", now},
                             {"exp", now + kIdTokenLifetimeSeconds},
                             {"acr", terms.acr},
                             {"amr", boost::json::array(terms.amr.begin(), terms.amr.end())},
                             {"at_hash", AccessTokenHash(terms.access_token)}};
  if (terms.auth_time_seconds > 0) claims["auth_time"] = terms.auth_time_seconds;
  if (!terms.nonce.empty()) claims["nonce"] = terms.nonce;
  co_return crypto::SignJws(key, claims);
}

}  // namespace tamarack::identity
