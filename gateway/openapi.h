#pragma once

#include "gateway/route_table.h"

#include <string>
#include <string_view>

namespace tamarack::gateway {

// The OpenAPI 3.1 document of every route: paths, parameters, schemas with field rules, security
// and problem answers, with the texts of the protos' comments. Pages (policy.page) are for people
// and left out.
std::string MakeOpenApi(const RouteTable& table, std::string_view public_url);

}  // namespace tamarack::gateway
