#include "gateway/plugin/snapshot.h"

#include <algorithm>

namespace tamarack::gateway {

std::shared_ptr<const Snapshot> MakeSnapshot(std::shared_ptr<const RouteTable> routes,
                                             std::vector<std::shared_ptr<Backend>> backends,
                                             const OpenApiOptions& documents) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->has_own_body_limits =
      std::any_of(routes->routes().begin(), routes->routes().end(),
                  [](const auto& route) { return route->policy.body_bytes_max() > 0; });
  snapshot->has_gets_with_effect = std::any_of(
      routes->routes().begin(), routes->routes().end(),
      [](const auto& route) { return route->http_method == "GET" && !route->IsSafe(); });
  snapshot->documents = Documents(*routes, documents);
  snapshot->routes = std::move(routes);
  snapshot->backends = std::move(backends);
  return snapshot;
}

}  // namespace tamarack::gateway
