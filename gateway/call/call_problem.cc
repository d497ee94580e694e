#include "gateway/call/call_problem.h"

#include "platform/base/status.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

namespace tamarack::gateway {

using api::v1::MethodPolicy;

namespace {

// The caller may. By itself the gateway does less (service_config.h): to a second PUT or DELETE the
// answer may be that there is nothing left to do, which only who asked twice can read.
bool MayRepeat(const Visit& visit, const Route& route) {
  const std::string& method = visit.request.method;
  if (route.IsRepeatable() || method == "PUT" || method == "DELETE") return true;
  return route.policy.idempotency() != MethodPolicy::IDEMPOTENCY_UNSPECIFIED &&
         visit.request.headers.Has("idempotency-key");
}

// gRPC's own words, not the service's, for a message above the limit of either side:
// `… message larger than max (<its size> vs. <the limit>)`.
bool IsOversized(const absl::Status& status, std::string_view size) {
  return absl::IsResourceExhausted(status) &&
         absl::StrContains(status.message(),
                           absl::StrCat("essage larger than max (", ToAbsl(size)));
}

}  // namespace

Problem ProblemOfCall(const Visit& visit, const Route& route, const CallResult& result) {
  // The request, by its size: it never reached the method.
  if (IsOversized(result.status, absl::StrCat(result.request_bytes, " ")))
    return {ProblemKind::kTooLarge};
  // The answer: what it tells of has happened.
  if (IsOversized(result.status, "")) return {ProblemKind::kInternal};
  Problem problem = FromStatus(result.status, route.shape);
  // A service that finds words of its own knows what has happened.
  bool invites = problem.kind == ProblemKind::kUnavailable && problem.detail.empty();
  if (invites && result.may_have_arrived && !MayRepeat(visit, route))
    problem.kind = ProblemKind::kOutcomeUnknown;
  return problem;
}

}  // namespace tamarack::gateway
