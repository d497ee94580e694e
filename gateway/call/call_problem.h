#pragma once

#include "gateway/call/call.h"
#include "gateway/problem/problem.h"
#include "gateway/request/visit.h"
#include "gateway/routing/route_table.h"

namespace tamarack::gateway {

// What the caller is told of a call that failed. It is asked to try again only where that does no
// harm: the call never left, the method is idempotent, or the request has a key that the service
// knows it by again.
Problem ProblemOfCall(const Visit& visit, const Route& route, const CallResult& result);

}  // namespace tamarack::gateway
