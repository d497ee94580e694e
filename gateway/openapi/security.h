#pragma once

#include "gateway/routing/route_table.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <set>
#include <string>

namespace tamarack::gateway {

// Where an OAuth client gets its tokens, as paths of the public address.
struct OauthPaths {
  std::string authorization = "/oauth2/authorize";
  std::string token = "/oauth2/token";
};

// How callers prove who they are: collects what the operations ask for, then describes it.
class SecurityBook {
 public:
  // `oauth` is described if `table` has routes at its paths.
  SecurityBook(const RouteTable& table, const std::string& public_url, const OauthPaths& oauth);

  // The operation's `security`: any one of the requirements is enough.
  boost::json::array Requirements(const Route& route, const std::string& operation_id);

  // `components.securitySchemes` of what was asked for.
  boost::json::object Schemes() const;

 private:
  boost::json::object Oauth() const;

  std::string authorization_url_;  // Empty: no such route.
  std::string token_url_;
  std::set<std::string> used_;
  std::map<std::string, std::set<std::string>> operations_;  // By scope.
};

}  // namespace tamarack::gateway
