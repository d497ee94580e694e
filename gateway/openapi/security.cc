#include "gateway/openapi/security.h"

#include "gateway/request/csrf.h"

#include <absl/strings/str_join.h>

#include <algorithm>

namespace tamarack::gateway {

namespace json = boost::json;
using api::v1::MethodPolicy;

namespace {

bool HasRoute(const RouteTable& table, const std::string& http_method, const std::string& path) {
  return std::any_of(table.routes().begin(), table.routes().end(), [&](const auto& route) {
    return route->http_method == http_method && route->path == path;
  });
}

}  // namespace

SecurityBook::SecurityBook(const RouteTable& table, const std::string& public_url,
                           const OauthPaths& oauth) {
  if (HasRoute(table, "POST", oauth.token)) token_url_ = public_url + oauth.token;
  if (HasRoute(table, "GET", oauth.authorization))
    authorization_url_ = public_url + oauth.authorization;
}

json::array SecurityBook::Requirements(const Route& route, const std::string& operation_id) {
  const MethodPolicy& policy = route.policy;
  if (policy.access() == MethodPolicy::PUBLIC) return {};
  if (policy.access() == MethodPolicy::SESSION) {
    used_.insert("session");
    return {json::object{{"session", json::array()}}};
  }
  used_.insert("bearer");
  json::array requirements{json::object{{"bearer", json::array()}}};
  if (token_url_.empty()) return requirements;
  used_.insert("dpop");
  requirements.push_back(json::object{{"dpop", json::array()}});
  auto require = [&](json::array scopes) {
    used_.insert("oauth2");
    requirements.push_back(json::object{{"oauth2", std::move(scopes)}});
  };
  for (const std::string& scope : policy.scopes()) {
    operations_[scope].insert(operation_id);
    require(json::array{json::string(scope)});
  }
  if (policy.scopes().empty()) require({});
  return requirements;
}

json::object SecurityBook::Oauth() const {
  json::object scopes;
  for (const auto& [scope, operations] : operations_) {
    scopes[scope] = absl::StrCat("Allows ", absl::StrJoin(operations, ", "), ".");
  }
  json::object flows{{"clientCredentials", {{"tokenUrl", token_url_}, {"scopes", scopes}}}};
  if (!authorization_url_.empty()) {
    flows["authorizationCode"] = {{"authorizationUrl", authorization_url_},
                                  {"tokenUrl", token_url_},
                                  {"scopes", std::move(scopes)}};
  }
  return {{"type", "oauth2"},
          {"description", "Access tokens. The authorization code flow asks for PKCE."},
          {"flows", std::move(flows)}};
}

json::object SecurityBook::Schemes() const {
  json::object schemes;
  if (used_.contains("bearer")) {
    schemes["bearer"] = {
        {"type", "http"},
        {"scheme", "bearer"},
        {"description",
         "An API key, as it is or made into a token where the API's introduction says so, or an "
         "access token, in the header `Authorization: Bearer …`; never in an address. It must hold "
         "one of the scopes named."}};
  }
  if (used_.contains("dpop")) {
    schemes["dpop"] = {
        {"type", "http"},
        {"scheme", "DPoP"},
        {"description",
         "An access token that is bound to a key, in the header `Authorization: DPoP …`, with a "
         "proof of that key for this very request in the header `DPoP` (RFC 9449)."}};
  }
  if (used_.contains("oauth2")) schemes["oauth2"] = Oauth();
  if (used_.contains("session")) {
    schemes["session"] = {{"type", "apiKey"},
                          {"in", "cookie"},
                          {"name", json::string_view(kSessionCookie)},
                          {"description", "The browser session of a person who has signed in."}};
  }
  return schemes;
}

}  // namespace tamarack::gateway
