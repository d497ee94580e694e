#include "services/tellusonce/return_address.h"

#include "platform/http/web_url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace tamarack::tellusonce {

std::string OriginOf(std::string_view url) {
  auto parsed = http::ParseWebUrl(url);
  return parsed ? parsed->Origin() : std::string();
}

std::string SafeReturnTo(std::string_view return_to,
                         const std::vector<v1::Subscription>& subscriptions) {
  if (return_to.starts_with('/') && !return_to.starts_with("//")) {
    auto parsed = boost::urls::parse_relative_ref(
        boost::core::string_view(return_to.data(), return_to.size()));
    return parsed.has_value() && !parsed->has_authority() ? std::string(return_to) : std::string();
  }
  std::string origin = OriginOf(return_to);
  if (origin.empty()) return {};
  for (const auto& subscription : subscriptions) {
    const auto& origins = subscription.return_origins();
    if (std::any_of(origins.begin(), origins.end(),
                    [&](const auto& named) { return OriginOf(named) == origin; }))
      return std::string(return_to);
  }
  return {};
}

}  // namespace tamarack::tellusonce
