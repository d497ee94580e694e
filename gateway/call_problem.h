#pragma once

#include "gateway/call.h"
#include "gateway/problem.h"
#include "gateway/route_table.h"
#include "gateway/visit.h"

namespace tamarack::gateway {

// What the caller is told of a call that failed. It is asked to try again only where that does no
// harm: the call never left, the method is idempotent, or the request has a key that the service
// knows it by again.
Problem ProblemOfCall(const Visit& visit, const Route& route, const CallResult& result);

}  // namespace tamarack::gateway
