#include "platform/http/web_url.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tamarack::http {
namespace {

namespace urls = boost::urls;

bool IsPort(std::string_view text) {
  uint32_t port = 0;
  return absl::SimpleAtoi(ToAbsl(text), &port) && port > 0 && port <= 65535;
}

// As the URL Standard of browsers and libcurl have it, which would read `127.1` and `0x7f000001` as
// addresses, too.
bool IsNumber(absl::string_view label) {
  bool is_hex = label.size() > 1 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
  if (is_hex) label.remove_prefix(2);
  return (is_hex || !label.empty()) && std::all_of(label.begin(), label.end(), [&](char c) {
           auto byte = static_cast<unsigned char>(c);
           return is_hex ? absl::ascii_isxdigit(byte) : absl::ascii_isdigit(byte);
         });
}

bool IsName(absl::string_view host) {
  constexpr size_t kLabelBytesMax = 63;                            // RFC 1035 section 2.3.4
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);  // the root
  std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  return !IsNumber(labels.back()) && std::all_of(labels.begin(), labels.end(), [](auto label) {
    return !label.empty() && label.size() <= kLabelBytesMax &&
           std::all_of(label.begin(), label.end(), [](char c) {
             return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
           });
  });
}

bool IsHost(const urls::url_view& url) {
  switch (url.host_type()) {
    case urls::host_type::ipv4:
    case urls::host_type::ipv6:
      return true;
    case urls::host_type::name:
      return IsName({url.encoded_host().data(), url.encoded_host().size()});
    default:
      return false;
  }
}

}  // namespace

std::string WebUrl::Origin() const {
  return absl::StrCat(scheme, "://", host, port.empty() ? "" : ":", port);
}

std::optional<WebUrl> ParseWebUrl(std::string_view text) {
  auto parsed = urls::parse_uri({text.data(), text.size()});
  if (!parsed.has_value() || parsed->has_userinfo() || !IsHost(*parsed)) return std::nullopt;
  bool is_https = parsed->scheme_id() == urls::scheme::https;
  if (!is_https && parsed->scheme_id() != urls::scheme::http) return std::nullopt;
  if (parsed->has_port() && !IsPort({parsed->port().data(), parsed->port().size()}))
    return std::nullopt;
  // Boost 1.81 reads `https://host:8443.evil/` as a port and a path without its slash.
  std::string_view rest = text.substr(parsed->encoded_origin().size());
  if (!rest.empty() && std::string_view("/?#").find(rest[0]) == std::string_view::npos)
    return std::nullopt;
  return WebUrl{.scheme = is_https ? "https" : "http",
                .host = absl::AsciiStrToLower(std::string(parsed->encoded_host())),
                .port = std::string(parsed->port()),
                .has_fragment = parsed->has_fragment()};
}

}  // namespace tamarack::http
