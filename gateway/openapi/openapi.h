#pragma once

#include "gateway/openapi/security.h"
#include "gateway/routing/route_table.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace tamarack::gateway {

struct OpenApiOptions {
  std::string public_url;
  std::string title = "Government services";
  std::string help_url = {};  // Whom to ask; may be empty.
  OauthPaths oauth = {};
};

// The OpenAPI 3.1 document of every route, or of one back end's: paths, parameters, schemas with
// field rules, security, answers and problems, with the texts of the protos' comments. Two kinds of
// routes are left out: pages (policy.page), which are for people, and methods that OpenAPI 3.1 has
// no word for, such as PURGE. Ids of operations stay the same as long as services are added behind
// those that there are.
boost::json::object MakeOpenApi(const RouteTable& table, const OpenApiOptions& options,
                                std::optional<size_t> backend = std::nullopt);

// A back end's name as a title: `payments` → `Payments`.
std::string ServiceTitle(std::string_view backend_name);

// Where that document is served: `/openapi.json`, `/openapi/payments.json`.
std::string OpenApiPath(const RouteTable& table, std::optional<size_t> backend);

}  // namespace tamarack::gateway
