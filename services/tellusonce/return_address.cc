#include "services/tellusonce/return_address.h"

#include "platform/base/status.h"
#include "platform/http/web_url.h"

#include <absl/strings/str_replace.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace tamarack::tellusonce {

std::string OriginOf(std::string_view url) {
  auto parsed = http::ParseWebUrl(url);
  return parsed ? parsed->Origin() : std::string();
}

std::string ReturnUrl(std::string_view return_to, std::string_view lang) {
  std::string url = absl::StrReplaceAll(ToAbsl(return_to), {{"{lang}", ToAbsl(lang)}});
  if (url.starts_with("/en/") || url.starts_with("/fr/")) url.replace(1, 2, lang);
  return url;
}

bool NamesOriginOf(const v1::Subscription& subscription, std::string_view url) {
  std::string origin = OriginOf(url);
  const auto& origins = subscription.return_origins();
  return !origin.empty() && std::any_of(origins.begin(), origins.end(), [&](const auto& named) {
    return OriginOf(named) == origin;
  });
}

std::string SafeReturnTo(std::string_view return_to, std::string_view lang,
                         const std::vector<v1::Subscription>& subscriptions) {
  std::string url = ReturnUrl(return_to, lang);
  bool is_safe = false;
  if (url.starts_with('/') && !url.starts_with("//")) {
    auto parsed = boost::urls::parse_relative_ref(url);
    is_safe = parsed.has_value() && !parsed->has_authority();
  } else {
    is_safe = std::any_of(subscriptions.begin(), subscriptions.end(),
                          [&](const auto& each) { return NamesOriginOf(each, url); });
  }
  return is_safe ? std::string(return_to) : std::string();
}

}  // namespace tamarack::tellusonce
