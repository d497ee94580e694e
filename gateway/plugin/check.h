#pragma once

#include "gateway/plugin/loader.h"

#include <string>

namespace tamarack::gateway {

// What `tamarack-gateway --check` prints: every problem and warning, methods without a route, and
// the table of routes.
std::string DescribeLoad(const Loader::Result& loaded);

// Why the gateway may not start: what the configuration and descriptor set files give must be
// served as it is. A back end that is asked by reflection may come later. One problem a line; empty
// if there is none.
std::string StartProblems(const LoadReport& report);

}  // namespace tamarack::gateway
