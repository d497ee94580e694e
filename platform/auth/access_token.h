// The internal access token (RFC 9068 shape, ES256): its claims, written and read in one place.
#pragma once

#include "platform/auth/principal.h"
#include "platform/crypto/key.h"

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

namespace tamarack::auth {

inline constexpr char kTokenType[] = "at+jwt";
// No internal token lives longer; identity mints by it, the verifier holds it.
inline constexpr int64_t kLifetimeSecondsMax = 300;

struct TokenTerms {
  std::string issuer;
  std::string audience;  // The one that accepts it.
  int64_t issued_at_seconds = 0;
  int64_t lifetime_seconds = kLifetimeSecondsMax;
};

// The claims iss, aud, sub, client_id, …, exp, iat, jti (random). Empty ones are left out.
boost::json::object ToClaims(const Principal& principal, const TokenTerms& terms);

// The reverse. UNAUTHENTICATED when sub, client_id or mode are missing or of a wrong type.
absl::StatusOr<Principal> FromClaims(const boost::json::object& claims);

// Signs a token for `principal` with an ES256 key.
absl::StatusOr<std::string> MintAccessToken(const crypto::Key& key, const Principal& principal,
                                            const TokenTerms& terms);

}  // namespace tamarack::auth
