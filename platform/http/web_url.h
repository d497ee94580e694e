#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::http {

// An absolute http or https URL (RFC 3986) that a caller gives us to be called, shown or gone to.
struct WebUrl {
  std::string scheme;  // "http" or "https", however it was written
  std::string host;    // in lower case, IPv6 in brackets
  std::string port;    // as written, "" when there is none or an empty one
  bool has_fragment = false;

  std::string Origin() const;  // `https://host:port`
};

// The one rule for such URLs; nothing when `text` is none that could ever be reached: a port is 1
// to 65535, no label of the host is empty, a host has 253 characters at most, and one that ends in
// a number is an IPv4 address. Nor may it hold a user name or password, or a host that could mean
// something in a header.
std::optional<WebUrl> ParseWebUrl(std::string_view text);

}  // namespace tamarack::http
