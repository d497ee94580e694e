#pragma once

#include "platform/pages/pages.h"

#include <boost/json/object.hpp>

#include <string_view>

namespace tamarack::gateway {

// The reference page of one service, as its OpenAPI document describes it. `name` is the service's
// in addresses. Pages need no script.
pages::Page ServicePage(std::string_view name, const boost::json::object& document,
                        std::string_view language);

}  // namespace tamarack::gateway
