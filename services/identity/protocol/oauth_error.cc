#include "services/identity/protocol/oauth_error.h"

#include "platform/base/status.h"
#include "platform/rpc/errors.h"

namespace tamarack::identity {
namespace {

namespace json = boost::json;

absl::Status WithError(absl::Status status, int http_status, std::string_view error,
                       std::string_view description) {
  return rpc::WithHttp(
      std::move(status), http_status,
      {{"error", json::string_view(error.data(), error.size())},
       {"error_description", json::string_view(description.data(), description.size())}});
}

}  // namespace

absl::Status OauthError(std::string_view error, std::string_view description) {
  return WithError(absl::InvalidArgumentError(ToAbsl(description)), 400, error, description);
}

absl::Status InvalidClient(std::string_view description) {
  return WithError(absl::UnauthenticatedError(ToAbsl(description)), 401, "invalid_client",
                   description);
}

absl::Status InvalidToken(std::string_view description) {
  return WithError(absl::UnauthenticatedError(ToAbsl(description)), 401, "invalid_token",
                   description);
}

absl::Status InvalidProof(std::string_view description) {
  return WithError(absl::UnauthenticatedError(ToAbsl(description)), 401, "invalid_dpop_proof",
                   description);
}

}  // namespace tamarack::identity
