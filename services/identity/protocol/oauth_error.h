// Errors as RFC 6749 section 5.2 wants them.
#pragma once

#include <absl/status/status.h>

#include <string_view>

namespace tamarack::identity {

// 400 with `error` and `error_description`.
absl::Status OauthError(std::string_view error, std::string_view description);
// 401 invalid_client.
absl::Status InvalidClient(std::string_view description);
// 401 invalid_token (RFC 6750 section 3.1).
absl::Status InvalidToken(std::string_view description);
// 401 invalid_dpop_proof (RFC 9449 section 7.1).
absl::Status InvalidProof(std::string_view description);

}  // namespace tamarack::identity
