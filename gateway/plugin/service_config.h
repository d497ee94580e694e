#pragma once

#include "gateway/config/config.h"
#include "gateway/routing/route_table.h"

#include <string>

namespace tamarack::gateway {

// gRPC's service config for a back end: calls go round the addresses of its name, those that do not
// serve are left out if it is asked for their health, and methods that may run twice (marked
// idempotent in the proto, or served by GET alone) are tried again, throttled, where the first try
// failed with UNAVAILABLE. `routes` are the back end's own.
std::string MakeServiceConfig(const Config::Backend& backend, const RouteTable& routes);

}  // namespace tamarack::gateway
