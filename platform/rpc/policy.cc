#include "platform/rpc/policy.h"

#include "platform/rpc/errors.h"

#include <algorithm>

namespace tamarack::rpc {

using api::v1::MethodPolicy;

absl::Status CheckAccess(const MethodPolicy& policy, const auth::Principal* principal) {
  if (policy.access() == MethodPolicy::ACCESS_UNSPECIFIED) {
    return absl::PermissionDeniedError("the method has no policy");
  }
  if (policy.access() == MethodPolicy::PUBLIC) return absl::OkStatus();
  if (policy.access() == MethodPolicy::INTERNAL && policy.scopes().empty()) return absl::OkStatus();
  if (principal == nullptr) return absl::UnauthenticatedError("a valid credential is required");
  if (policy.access() == MethodPolicy::SESSION && !principal->is_session) {
    return absl::UnauthenticatedError("a signed-in person is required");
  }
  if (policy.scopes().empty()) return absl::OkStatus();
  bool has_scope = std::any_of(policy.scopes().begin(), policy.scopes().end(),
                               [&](const auto& scope) { return principal->HasScope(scope); });
  if (has_scope) return absl::OkStatus();
  return WithReason(
      absl::PermissionDeniedError("the credential lacks the scope " + policy.scopes(0)),
      "INSUFFICIENT_SCOPE");
}

}  // namespace tamarack::rpc
