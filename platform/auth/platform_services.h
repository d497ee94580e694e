#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tamarack::auth {

// Whether this is how access tokens and scopes name a service of the platform, which no ministry
// owns.
constexpr bool IsPlatformService(std::string_view audience) {
  constexpr std::string_view kServices[] = {"identity", "notify", "payments", "tellusonce"};
  return std::find(std::begin(kServices), std::end(kServices), audience) != std::end(kServices);
}

}  // namespace tamarack::auth
