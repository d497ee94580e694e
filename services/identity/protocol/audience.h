// For whom access tokens are: the platform's services by their names, plug-ins by what the gateway
// calls them. Pure functions.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace tamarack::identity {

// As whom identity verifies its own callers' tokens.
inline constexpr char kOwnAudience[] = "identity";

// Whether it is a service of the platform, which no ministry owns.
bool IsPlatformAudience(std::string_view audience);

// Whether a scope begins with a name of the platform's own, so that no plug-in can mean anything by
// it.
bool IsPlatformScope(std::string_view scope);

// Those of `scopes` that the back end can do anything with: a service of the platform with its own,
// a plug-in with what its methods ask for (`asked`). It is not told what its caller may do
// elsewhere.
std::set<std::string, std::less<>> ScopesFor(std::string_view audience,
                                             const std::set<std::string, std::less<>>& asked,
                                             std::set<std::string, std::less<>> scopes);

}  // namespace tamarack::identity
