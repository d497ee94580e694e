// Public keys as JSON (RFC 7517, RFC 7518 section 6). Under Key, which is what others use.
#pragma once

#include "platform/crypto/key.h"

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace tamarack::crypto {

struct ReadJwk {
  Algorithm algorithm;
  EVP_PKEY* pkey;  // owned by whoever gets it
  std::string kid;
};

// See Key::FromPublicJwk.
absl::StatusOr<ReadJwk> ReadPublicJwk(const boost::json::object& jwk);

absl::StatusOr<boost::json::object> WritePublicJwk(const EVP_PKEY* pkey, std::string_view kid,
                                                   std::string_view algorithm);

// RFC 7638, SHA-256, base64url.
absl::StatusOr<std::string> Thumbprint(const EVP_PKEY* pkey);

}  // namespace tamarack::crypto
