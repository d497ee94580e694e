#pragma once

#include "gateway/config/config.h"
#include "gateway/config/config_members.h"

#include <string_view>

namespace tamarack::gateway {

inline constexpr char kWantsOrigin[] = "must be http(s)://host[:port] without a path";
// An origin and nothing more, since cookies, CSRF checks and redirects are made from it.
bool IsOrigin(std::string_view url);

// Whether it is written as a domain of several labels, in lower case.
bool IsDomain(std::string_view name);

// Cookies know hosts only, neither schemes nor ports: each owner's pages have a host that nobody
// else's have.
void CheckPagesOrigins(ConfigMembers& members, const Config& config);

}  // namespace tamarack::gateway
