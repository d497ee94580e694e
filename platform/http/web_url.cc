#include "platform/http/web_url.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
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
  bool is_digits = std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  return is_digits && absl::SimpleAtoi(ToAbsl(text), &port) && port > 0 && port <= 65535;
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
  constexpr size_t kHostBytesMax = 253, kLabelBytesMax = 63;       // RFC 1035 section 2.3.4
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);  // the root
  std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  return host.size() <= kHostBytesMax && !IsNumber(labels.back()) &&
         std::all_of(labels.begin(), labels.end(), [](auto label) {
           return !label.empty() && label.size() <= kLabelBytesMax &&
                  std::all_of(label.begin(), label.end(), [](char c) {
                    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
                           c == '_';
                  });
         });
}

bool IsHost(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']'))
    return urls::parse_ipv6_address({host.data() + 1, host.size() - 2}).has_value();
  return IsName(ToAbsl(host)) || urls::parse_ipv4_address({host.data(), host.size()}).has_value();
}

}  // namespace

std::string WebUrl::Origin() const {
  return absl::StrCat(scheme, "://", host, port.empty() ? "" : ":", port);
}

std::optional<WebUrl> ParseWebUrl(std::string_view text) {
  size_t scheme_end = std::min(text.find("://"), text.size());
  std::string scheme = absl::AsciiStrToLower(ToAbsl(text.substr(0, scheme_end)));
  if ((scheme != "https" && scheme != "http") || scheme_end == text.size()) return std::nullopt;
  // The authority is read here: Boost 1.81 takes `1.2.3.4.example` for an IPv4 address and
  // `8443.evil` for a port, and what is behind for a path.
  std::string_view authority = text.substr(scheme_end + 3);
  size_t rest_begin = std::min(authority.find_first_of("/?#"), authority.size());
  std::string rest(authority.substr(rest_begin));
  authority = authority.substr(0, rest_begin);
  auto parsed = urls::parse_uri("https://host" + rest);
  if (!parsed.has_value()) return std::nullopt;
  size_t colon = authority.find(':', authority.starts_with('[') ? authority.rfind(']') : 0);
  std::string_view host = authority.substr(0, colon);
  // An empty port is the scheme's own (RFC 3986 section 3.2.3).
  std::string_view port = colon < authority.size() ? authority.substr(colon + 1) : "";
  if (!IsHost(host) || !(port.empty() || IsPort(port))) return std::nullopt;
  return WebUrl{.scheme = std::move(scheme),
                .host = absl::AsciiStrToLower(ToAbsl(host)),
                .port = std::string(port),
                .has_fragment = parsed->has_fragment()};
}

}  // namespace tamarack::http
