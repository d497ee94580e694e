#pragma once

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jws.h"
#include "platform/crypto/random.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

namespace tamarack::testing {

// A DPoP proof (RFC 9449) as clients make them, with a `jti` of its own. `access_token` is empty
// where a token is asked for.
inline std::string MakeProof(const crypto::Key& key, const std::string& method,
                             const std::string& url, const std::string& access_token,
                             int64_t issued_at) {
  boost::json::object claims{
      {"jti", crypto::RandomToken(16)}, {"htm", method}, {"htu", url}, {"iat", issued_at}};
  if (!access_token.empty()) claims["ath"] = crypto::Base64UrlEncode(crypto::Sha256(access_token));
  return *crypto::SignJws(key, claims, {{"typ", "dpop+jwt"}, {"jwk", *key.PublicJwk()}});
}

}  // namespace tamarack::testing
