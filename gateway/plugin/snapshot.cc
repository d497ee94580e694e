#include "gateway/plugin/snapshot.h"

#include "gateway/answer.h"
#include "gateway/openapi.h"

#include <algorithm>

namespace tamarack::gateway {

std::shared_ptr<const Snapshot> MakeSnapshot(std::shared_ptr<const RouteTable> routes,
                                             std::vector<std::shared_ptr<Backend>> backends,
                                             std::string_view public_url) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->has_own_body_limits =
      std::any_of(routes->routes().begin(), routes->routes().end(),
                  [](const auto& route) { return route->policy.body_bytes_max() > 0; });
  http::Response& openapi = snapshot->openapi;
  openapi.shared_body = std::make_shared<const std::string>(MakeOpenApi(*routes, public_url));
  openapi.headers.Set("Content-Type", "application/json");
  openapi.headers.Set("Cache-Control", "public, max-age=60");
  AddSecurityHeaders("", public_url.starts_with("https://"), openapi);
  snapshot->routes = std::move(routes);
  snapshot->backends = std::move(backends);
  return snapshot;
}

}  // namespace tamarack::gateway
