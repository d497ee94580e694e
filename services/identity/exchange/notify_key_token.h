// The JWT that GOV.UK Notify's clients make of their API key for each call. Pure functions.
#pragma once

#include "services/identity/api_keys/api_key_repository.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// Whether a bearer credential is one: a JWT whose header says HS256 or nothing that we sign
// ourselves with.
bool LooksLikeNotifyToken(std::string_view bearer);

// Whether a bearer credential is an API key of notifications itself, of which a JWT should have
// been made.
bool LooksLikeNotifyKey(std::string_view bearer);

// The service that a token claims to come from, before anything is verified. The error is what the
// client is to read.
absl::StatusOr<std::string> ServiceOfNotifyToken(std::string_view bearer);

// Finds the key of the service that signed the token, in the order in which GOV.UK Notify checks:
// signature, clock, revocation; with the clock go `exp` and `nbf`, where there are any. `keys` are
// all keys of the service, revoked ones included.
absl::StatusOr<ApiKey> VerifyNotifyToken(std::string_view bearer, const std::vector<ApiKey>& keys,
                                         int64_t now_seconds);

// 403 in the shape of GOV.UK Notify's errors.
absl::Status NotifyTokenError(std::string_view message);

}  // namespace tamarack::identity
