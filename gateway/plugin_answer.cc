// What of a plug-in's answer goes out: whatever it says, it speaks for itself alone.
#include "gateway/gateway.h"
#include "gateway/plugin/answer_limits.h"

#include "platform/base/status.h"
#include "platform/telemetry/log.h"

#include <algorithm>

namespace tamarack::gateway {
namespace {

void LogRefusal(const Visit& visit, const Route& route, std::string_view what) {
  telemetry::Log(
      telemetry::Level::kWarning, visit.log_context(), "plug-in said what it may not",
      {{"rpc", route.method->full_name()}, {"owner", route.plugin->owner}, {"what", what}});
}

bool IsOnItsOrigin(const Visit& visit, const Route& route) {
  return visit.origin == route.plugin->pages_origin;
}

}  // namespace

AnswerHints Gateway::HintsOf(const Visit& visit, const Route& route,
                             const Metadata& metadata) const {
  AnswerHints hints = ReadHints(metadata);
  if (route.plugin == nullptr) return hints;
  for (const std::string& name :
       RemoveForeign(*route.plugin, IsOnItsOrigin(visit, route), hints.headers))
    LogRefusal(visit, route, name);
  auto location = hints.headers.Get("location");
  if (location && !MayLeadTo(visit, route, *location)) hints.headers.Remove("location");
  return hints;
}

// A caller that follows takes its credential along, so that at the public origin a plug-in leads to
// its owner's methods only.
bool Gateway::MayLeadTo(const Visit& visit, const Route& route, std::string_view location) const {
  if (route.plugin == nullptr || IsOnItsOrigin(visit, route)) return true;
  std::string_view path = location;
  if (path.starts_with(options_.public_url)) path.remove_prefix(options_.public_url.size());
  path = path.substr(0, path.find_first_of("?#"));
  PathSegments segments;
  bool is_path = path.starts_with('/') && path.find('\\') == std::string_view::npos &&
                 !path.starts_with("//") && !SplitPath(path, &segments);
  bool is_own = false;
  if (is_path) {
    const RouteTable& routes = *snapshot_->routes;
    std::vector<std::string> methods = routes.router().Allowed(segments);
    std::erase_if(methods,
                  [&](const auto& name) { return routes.Find(name, segments) == nullptr; });
    is_own = !methods.empty() && std::ranges::all_of(methods, [&](const std::string& name) {
      const Route& there = *routes.Find(name, segments);
      return there.plugin != nullptr && there.plugin->owner == route.plugin->owner;
    });
  }
  if (!is_own) LogRefusal(visit, route, "Location");
  return is_own;
}

// Nothing that a browser would run with the rights of the public origin, and no redirect whose
// destination was taken away.
bool Gateway::MaySend(const Visit& visit, const Route& route,
                      const http::Response& response) const {
  if (route.plugin == nullptr || IsOnItsOrigin(visit, route)) return true;
  if (MayRun(response.headers.Get("content-type").value_or(""))) {
    LogRefusal(visit, route, "a page or script");
    return false;
  }
  bool is_redirect = response.status >= 300 && response.status < 400 && response.status != 304;
  return !is_redirect || response.headers.Has("location");
}

}  // namespace tamarack::gateway
