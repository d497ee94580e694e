// JSON Web Signature in compact form with JSON claims (RFC 7515, RFC 7519, RFC 8725).
#pragma once

#include "platform/crypto/key.h"

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::crypto {

// Longer tokens are refused unread.
inline constexpr size_t kJwsBytesMax = 8192;

// Signs `claims`. `alg` and `kid` come from the key; `header` adds others, such as
// {"typ": "at+jwt"}, and may not name alg, kid or crit.
absl::StatusOr<std::string> SignJws(const Key& key, const boost::json::object& claims,
                                    const boost::json::object& header = {});

// What the caller insists on; the token's own header is never trusted to choose.
struct JwsExpectation {
  Algorithm algorithm;
  // The `typ`, or "" for any. Case does not count, nor whether `application/` is in front (RFC 7515
  // section 4.1.9).
  std::string_view typ;
};

struct Jws {
  boost::json::object header;
  boost::json::object claims;
};

// Verifies a token by the key its `kid` names, or, without one, by any key of that algorithm.
// UNAUTHENTICATED with the reason otherwise (for logs). Refused before any cryptography: other
// algorithms, `crit`, `b64`, duplicate members, non-canonical base64url, wrong signature length.
// Time and audience claims are the caller's to check (auth/ does for access tokens).
absl::StatusOr<Jws> VerifyJws(std::string_view token, const KeySet& keys,
                              const JwsExpectation& expected);

// The member `name` as a NumericDate of JWT (RFC 7519 section 2): seconds since 1970, a fraction of
// which is cut off. Nothing when it is absent, no number, or a time before 1970 or after 9999, so
// that two can be added and compared without overflow.
std::optional<int64_t> NumericDate(const boost::json::object& object, std::string_view name);

// Whether `claims` keep to their own `exp` and `nbf` (RFC 7519 sections 4.1.4 and 4.1.5), of which
// neither need be there; clocks may differ by `skew_seconds`. UNAUTHENTICATED with what is wrong.
absl::Status CheckLimits(const boost::json::object& claims, int64_t now_seconds,
                         int64_t skew_seconds);

// Reads header and claims WITHOUT verifying: only to learn which issuer's or client's keys to
// fetch.
absl::StatusOr<Jws> PeekJws(std::string_view token);

}  // namespace tamarack::crypto
