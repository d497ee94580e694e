#include "gateway/call_problem.h"

#include "platform/base/status.h"

namespace tamarack::gateway {

using api::v1::MethodPolicy;
using google::protobuf::MethodOptions;

namespace {

bool MayRepeat(const Visit& visit, const Route& route) {
  const std::string& method = visit.request.method;
  if (visit.is_safe() || method == "PUT" || method == "DELETE") return true;
  if (route.method->options().idempotency_level() != MethodOptions::IDEMPOTENCY_UNKNOWN)
    return true;
  return route.policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED &&
         visit.request.headers.Has("idempotency-key");
}

// gRPC's own word, not the service's: the answer is above the channel's limit, and what it tells of
// has happened.
bool IsOversized(const absl::Status& status) {
  return absl::IsResourceExhausted(status) &&
         ToStd(status.message()).find("message larger than max") != std::string_view::npos;
}

}  // namespace

Problem ProblemOfCall(const Visit& visit, const Route& route, const CallResult& result) {
  if (IsOversized(result.status)) return {ProblemKind::kInternal};
  Problem problem = FromStatus(result.status, route.body != Route::Body::kNone);
  // A service that finds words of its own knows what has happened.
  bool invites = problem.kind == ProblemKind::kUnavailable && problem.detail.empty();
  if (invites && result.may_have_arrived && !MayRepeat(visit, route))
    problem.kind = ProblemKind::kOutcomeUnknown;
  return problem;
}

}  // namespace tamarack::gateway
