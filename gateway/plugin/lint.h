#pragma once

#include "gateway/routing/route_table.h"

#include <set>
#include <string>
#include <vector>

namespace tamarack::gateway {

// Something that a new version of a back end's descriptors should not have.
struct Finding {
  std::string rule;      // Stable lower-case name; documented in README.md.
  std::string text;      // The method, route or field and what is wrong with it.
  bool is_error = true;  // Refuses the version; else it is only told.
};

struct LintOptions {
  std::set<std::string> ignored;   // Rules whose errors become warnings.
  std::vector<std::string> paths;  // Where routes may be; empty: anywhere. See Config::Backend.
};

// What is wrong with routes and policies although they work: AIP-127 (HTTP and gRPC transcoding),
// values that no request could meet, places that are not the service's, and credentials that a
// service must not be handed.
std::vector<Finding> Lint(const RouteTable& table, const LintOptions& options = {});

}  // namespace tamarack::gateway
