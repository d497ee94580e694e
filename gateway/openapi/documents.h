#pragma once

#include "gateway/openapi/openapi.h"
#include "gateway/response/static_file.h"
#include "gateway/routing/route_table.h"
#include "platform/http/message.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::gateway {

// What the gateway says of its own API, worked out once for a route table: the OpenAPI documents,
// and the catalogue (RFC 9727) that leads to them. Immutable.
class Documents {
 public:
  Documents() = default;
  Documents(const RouteTable& table, const OpenApiOptions& options);

  // The whole answer to GET and HEAD of a raw path; null when there is no such document.
  const http::Response* Find(std::string_view path, const http::Request& request) const;

  // The OpenAPI document of each back end by its name, in the table's order.
  const std::vector<std::pair<std::string, boost::json::object>>& parts() const { return parts_; }

 private:
  void Add(std::string path, std::string media_type, std::string body);
  void AddCatalogue(const RouteTable& table, const OpenApiOptions& options);

  bool is_https_ = false;
  std::map<std::string, StaticFile, std::less<>> files_;
  std::vector<std::pair<std::string, boost::json::object>> parts_;
};

}  // namespace tamarack::gateway
