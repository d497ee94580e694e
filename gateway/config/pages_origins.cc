#include "gateway/config/pages_origins.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <string>

namespace tamarack::gateway {
namespace {

// The host of an origin without its port, for which cookies do not care.
std::string HostOf(std::string_view origin) {
  origin.remove_prefix(std::min(origin.size(), origin.find("//") + 2));
  size_t colon = origin.rfind(':');
  if (colon != std::string_view::npos && origin.find(']', colon) == std::string_view::npos)
    origin = origin.substr(0, colon);
  return absl::AsciiStrToLower(ToAbsl(origin));
}

bool IsIpAddress(std::string_view host) {
  return host.starts_with('[') ||
         host.substr(host.rfind('.') + 1).find_first_not_of("0123456789") == std::string_view::npos;
}

// The longest domain that both are in: `b.example` of `a.b.example` and `c.b.example`.
std::string_view CommonDomain(std::string_view one, std::string_view other) {
  size_t length = 0;
  auto begins = [](std::string_view host, size_t size) {
    return host.size() == size || host[host.size() - size - 1] == '.';
  };
  for (size_t size = 1; size <= std::min(one.size(), other.size()); ++size) {
    if (one[one.size() - size] != other[other.size() - size]) break;
    if (begins(one, size) && begins(other, size)) length = size;
  }
  return one.substr(one.size() - length);
}

// Whether a cookie that one of two hosts sets for a domain is sent to the other, too. For domains
// of one label browsers set none, unless they are a host themselves; below localhost none at all.
bool SharesDomain(const Config& config, std::string_view one, std::string_view other) {
  if (IsIpAddress(one) || IsIpAddress(other)) return false;
  std::string_view domain = CommonDomain(one, other);
  bool is_host = domain == one || domain == other;
  if (domain == "localhost" || (!is_host && domain.find('.') == std::string_view::npos))
    return false;
  return std::ranges::find(config.public_suffixes, domain) == config.public_suffixes.end();
}

}  // namespace

bool IsOrigin(std::string_view url) {
  size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  return scheme > 0 && url.size() > scheme &&
         url.find_first_of("/?#@ ", scheme) == std::string_view::npos;
}

bool IsDomain(std::string_view name) {
  return name.find('.') != std::string_view::npos && std::ranges::all_of(name, [](char c) {
           return c == '.' || c == '-' || absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c));
         });
}

void CheckPagesOrigins(ConfigMembers& members, const Config& config) {
  for (size_t i = 0; i < config.backends.size(); ++i) {
    const auto& plugin = config.backends[i].plugin;
    if (!plugin || plugin->pages_origin.empty()) continue;
    std::string name = absl::StrCat("backends[", i, "].pages_origin");
    std::string host = HostOf(plugin->pages_origin);
    if (!config.public_url.empty()) {
      std::string public_host = HostOf(config.public_url);
      if (host == public_host) {
        members.Fail(name, "is on the host of public_url, whose cookies it would share");
      } else if (SharesDomain(config, host, public_host)) {
        members.Fail(name, "has a domain in common with public_url, whose cookies it would share");
      }
      if (plugin->pages_origin.starts_with("https:") != config.public_url.starts_with("https:"))
        members.Fail(name, "must have the scheme of public_url");
    }
    for (const Config::Backend& other : config.backends) {
      if (!other.plugin || other.plugin->owner == plugin->owner ||
          other.plugin->pages_origin.empty())
        continue;
      std::string other_host = HostOf(other.plugin->pages_origin);
      if (other_host == host) {
        members.Fail(name, "is on the host of another owner's pages");
      } else if (SharesDomain(config, host, other_host)) {
        members.Fail(name,
                     "has a domain in common with another owner's pages, whose cookies it would "
                     "share");
      }
    }
  }
}

}  // namespace tamarack::gateway
