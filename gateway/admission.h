#pragma once

#include "gateway/authentication.h"
#include "gateway/limits/adaptive_limit.h"
#include "gateway/limits/rate_limits.h"
#include "gateway/problem/problem.h"
#include "gateway/request/visit.h"

#include <optional>
#include <string>

namespace tamarack::gateway {

// What a request has been let in with (docs/adr/2026-11-30-admission.md), in the order in which it
// is taken; given back all at once, when the answer has ended.
struct Admission {
  CallerPtr caller;                             // Null: nobody, or nobody was asked.
  RateLimits::Slot quota;                       // The caller's.
  std::optional<AdaptiveLimit::Permit> permit;  // The back end's; taken once the body is there.
};

// The field WWW-Authenticate of a 401: which schemes are wanted and what was wrong (RFC 6750
// section 3, RFC 9449 section 7.1).
std::string Challenge(const Visit& visit, const Problem& problem);

}  // namespace tamarack::gateway
