#pragma once

#include "gateway/call/call.h"
#include "gateway/openapi/documents.h"
#include "gateway/routing/route_table.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// Everything that the descriptors and back ends of one configuration give: a reload replaces it as
// a whole. Immutable once made and held by each request that began with it, so that a request never
// sees two.
struct Snapshot {
  std::shared_ptr<const RouteTable> routes;
  // In the order of the table's descriptors. Shared with the next snapshot where nothing about a
  // back end changed, so that a reload does not reconnect.
  std::vector<std::shared_ptr<Backend>> backends;
  Documents documents;
  // What the methods of each back end ask for, as Credential has it.
  std::vector<std::string> scopes_asked;
  // Origins of plug-ins' pages, by their Host in lower case without a default port.
  std::map<std::string, std::string, std::less<>> pages_origins;

  // The origin among these that a Host header names; empty for every other.
  std::string_view PagesOriginOf(std::string_view host) const;
};

// Takes time with the size of the table; any thread.
std::shared_ptr<const Snapshot> MakeSnapshot(std::shared_ptr<const RouteTable> routes,
                                             std::vector<std::shared_ptr<Backend>> backends,
                                             const OpenApiOptions& documents);

}  // namespace tamarack::gateway
