#include "services/identity/protocol/audience.h"

#include "platform/auth/platform_services.h"

namespace tamarack::identity {
namespace {

// Of what concerns every service.
constexpr std::string_view kPlatform = "platform";

// `payments` of `payments.read`; empty for `openid`, which says what a person shares.
std::string_view NameOf(std::string_view scope) {
  size_t dot = scope.find('.');
  return dot == std::string_view::npos ? std::string_view() : scope.substr(0, dot);
}

}  // namespace

bool IsPlatformAudience(std::string_view audience) {
  return auth::IsPlatformService(audience);
}

bool IsPlatformScope(std::string_view scope) {
  return NameOf(scope) == kPlatform || IsPlatformAudience(NameOf(scope));
}

std::set<std::string, std::less<>> ScopesFor(std::string_view audience,
                                             const std::set<std::string, std::less<>>& asked,
                                             std::set<std::string, std::less<>> scopes) {
  bool is_ours = IsPlatformAudience(audience);
  std::erase_if(scopes, [&](const std::string& scope) {
    if (!is_ours) return IsPlatformScope(scope) || !asked.contains(scope);
    std::string_view name = NameOf(scope);
    return !name.empty() && name != audience && name != kPlatform;
  });
  return scopes;
}

}  // namespace tamarack::identity
