#include "gateway/response/cors.h"

#include "platform/base/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr char kExposedHeaders[] =
    "Accept-Encoding, Allow, Content-Disposition, Deprecation, ETag, Idempotent-Replayed, Link, "
    "Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, WWW-Authenticate, X-Request-Id";
constexpr char kRequestHeaders[] =
    "Accept-Language, Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, "
    "If-None-Match, Last-Event-ID, Request-Timeout, Traceparent, Tracestate";
constexpr char kMaxAgeSeconds[] = "7200";  // The most that browsers heed.

// The origin to name in the answer; empty when it must not be named. `*` in the configuration is
// answered as such, since nothing is sent with cookies.
std::string_view NameOrigin(const http::Request& request, const Route& route) {
  auto origin = request.headers.Get("origin");
  if (!origin || !AllowsOrigin(route, *origin)) return {};
  bool is_any = std::find(route.allowed_origins.begin(), route.allowed_origins.end(), "*") !=
                route.allowed_origins.end();
  return is_any ? "*" : *origin;
}

}  // namespace

bool AllowsOrigin(const Route& route, std::string_view origin) {
  return std::any_of(
      route.allowed_origins.begin(), route.allowed_origins.end(),
      [&](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

void AddCorsHeaders(const http::Request& request, const Route& route, http::Response& response) {
  if (route.allowed_origins.empty()) return;
  response.headers.Add("Vary", "Origin");
  std::string_view origin = NameOrigin(request, route);
  if (origin.empty()) return;
  response.headers.Set("Access-Control-Allow-Origin", std::string(origin));
  response.headers.Set("Access-Control-Expose-Headers", kExposedHeaders);
}

bool IsPreflight(const http::Request& request) {
  return request.method == "OPTIONS" && request.headers.Has("origin") &&
         request.headers.Has("access-control-request-method");
}

http::Headers AnswerPreflight(const http::Request& request, const Route* route,
                              std::string_view allowed) {
  http::Headers headers{{"Allow", std::string(allowed)},
                        {"Vary", "Origin, Access-Control-Request-Method"}};
  if (route == nullptr) return headers;
  std::string_view origin = NameOrigin(request, *route);
  if (origin.empty()) return headers;
  std::string request_headers = kRequestHeaders;
  for (const std::string& name : route->policy.pass_headers()) {
    absl::StrAppend(&request_headers, ", ", name);
  }
  headers.Add("Access-Control-Allow-Origin", std::string(origin));
  headers.Add("Access-Control-Allow-Methods", std::string(allowed));
  headers.Add("Access-Control-Allow-Headers", std::move(request_headers));
  headers.Add("Access-Control-Max-Age", kMaxAgeSeconds);
  return headers;
}

}  // namespace tamarack::gateway
