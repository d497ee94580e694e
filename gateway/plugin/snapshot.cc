#include "gateway/plugin/snapshot.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>

#include <set>

namespace tamarack::gateway {
namespace {

std::string NormalHost(std::string_view host, bool is_https) {
  std::string_view port = is_https ? ":443" : ":80";
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return absl::AsciiStrToLower(ToAbsl(host));
}

}  // namespace

std::string_view Snapshot::PagesOriginOf(std::string_view host) const {
  if (pages_origins.empty()) return {};
  // All of them have the scheme of the public origin.
  bool is_https = pages_origins.begin()->second.starts_with("https:");
  auto found = pages_origins.find(NormalHost(host, is_https));
  return found == pages_origins.end() ? std::string_view() : std::string_view(found->second);
}

std::shared_ptr<const Snapshot> MakeSnapshot(std::shared_ptr<const RouteTable> routes,
                                             std::vector<std::shared_ptr<Backend>> backends,
                                             const OpenApiOptions& documents) {
  auto snapshot = std::make_shared<Snapshot>();
  std::vector<std::set<std::string>> scopes(backends.size());
  for (const auto& route : routes->routes()) {
    const auto& asked = route->policy.scopes();
    scopes[route->backend].insert(asked.begin(), asked.end());
    if (route->plugin == nullptr || route->plugin->pages_origin.empty()) continue;
    std::string_view origin = route->plugin->pages_origin;
    std::string host =
        NormalHost(origin.substr(origin.find("//") + 2), origin.starts_with("https:"));
    snapshot->pages_origins.emplace(std::move(host), origin);
  }
  for (const auto& asked : scopes) snapshot->scopes_asked.push_back(absl::StrJoin(asked, " "));
  snapshot->documents = Documents(*routes, documents);
  snapshot->routes = std::move(routes);
  snapshot->backends = std::move(backends);
  return snapshot;
}

}  // namespace tamarack::gateway
