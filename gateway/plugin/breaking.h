#pragma once

#include "gateway/plugin/lint.h"
#include "gateway/routing/route_table.h"

#include <vector>

namespace tamarack::gateway {

// What of `after` would break a caller of `before`, both of one back end (AIP-180): removed routes,
// methods, fields and enum values, changed types, numbers, labels and JSON names, requests that are
// no longer accepted. Looks only at what routes reach. Errors, except where only a look at the
// meaning can tell.
std::vector<Finding> FindBreaking(const RouteTable& before, const RouteTable& after);

}  // namespace tamarack::gateway
