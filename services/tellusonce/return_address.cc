#include "services/tellusonce/return_address.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace tamarack::tellusonce {

std::string OriginOf(std::string_view url) {
  auto parsed = boost::urls::parse_uri(boost::core::string_view(url.data(), url.size()));
  if (!parsed.has_value() || parsed->has_userinfo() || parsed->encoded_host().empty()) return {};
  if (parsed->scheme_id() != boost::urls::scheme::https &&
      parsed->scheme_id() != boost::urls::scheme::http)
    return {};
  // Boost 1.81 reads `https://host:8443.evil/` as a port and a path without its slash.
  std::string origin(parsed->encoded_origin());
  std::string_view rest = url.substr(origin.size());
  return rest.empty() || std::string_view("/?#").find(rest[0]) != std::string_view::npos
             ? origin
             : std::string();
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
    if (std::find(origins.begin(), origins.end(), origin) != origins.end())
      return std::string(return_to);
  }
  return {};
}

}  // namespace tamarack::tellusonce
