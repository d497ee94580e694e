#include "gateway/forwarded.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <stdexcept>

namespace tamarack::gateway {
namespace ip = boost::asio::ip;

namespace {

// What one proxy says about the connection that it got.
struct Hop {
  std::string address;  // As the proxy wrote it.
  std::string protocol;
};

// The parts of a list; separators within quotes separate nothing. Empty when a quote is not closed.
std::vector<absl::string_view> SplitUnquoted(absl::string_view text, char separator) {
  std::vector<absl::string_view> parts;
  bool is_quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      is_quoted = !is_quoted;
    } else if (text[i] == separator && !is_quoted) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (is_quoted) return {};
  parts.push_back(text.substr(begin));
  return parts;
}

// `for` without quotes, brackets and port (RFC 7239 section 6).
std::string NodeAddress(absl::string_view node) {
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"') {
    node = node.substr(1, node.size() - 2);
  }
  if (absl::ConsumePrefix(&node, "[")) return std::string(node.substr(0, node.find(']')));
  return std::string(node.substr(0, node.find(':')));
}

std::vector<Hop> ReadForwarded(const http::Request& request) {
  std::vector<Hop> hops;
  for (std::string_view header : request.headers.GetAll("forwarded")) {
    for (absl::string_view element : SplitUnquoted(ToAbsl(header), ',')) {
      Hop hop;
      for (absl::string_view pair : SplitUnquoted(element, ';')) {
        std::pair<absl::string_view, absl::string_view> parts =
            absl::StrSplit(absl::StripAsciiWhitespace(pair), absl::MaxSplits('=', 1));
        if (absl::EqualsIgnoreCase(parts.first, "for")) hop.address = NodeAddress(parts.second);
        if (absl::EqualsIgnoreCase(parts.first, "proto")) hop.protocol = std::string(parts.second);
      }
      hops.push_back(std::move(hop));
    }
  }
  return hops;
}

std::vector<Hop> ReadXForwarded(const http::Request& request) {
  std::vector<Hop> hops;
  for (std::string_view header : request.headers.GetAll("x-forwarded-for")) {
    for (absl::string_view hop : absl::StrSplit(ToAbsl(header), ',')) {
      hops.push_back({std::string(absl::StripAsciiWhitespace(hop)), ""});
    }
  }
  auto protocols = request.headers.GetAll("x-forwarded-proto");
  if (protocols.empty()) return hops;
  // Most proxies replace it, so that there is one for the whole way.
  std::vector<absl::string_view> list = absl::StrSplit(ToAbsl(protocols.back()), ',');
  if (hops.empty()) hops.emplace_back();
  for (Hop& hop : hops) hop.protocol = std::string(absl::StripAsciiWhitespace(list.back()));
  return hops;
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks, ForwardedHeader header)
    : header_(header) {
  for (const std::string& text : networks) {
    std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
    boost::system::error_code error;
    ip::address address = ip::make_address(parts[0], error);
    int bits = address.is_v4() ? 32 : 128;
    int length = bits;
    bool ok = !error && (parts.size() == 1 ||
                         (absl::SimpleAtoi(parts[1], &length) && length >= 0 && length <= bits));
    if (!ok) throw std::runtime_error("trusted_proxies: not an address or network: " + text);
    networks_.push_back({address, static_cast<unsigned short>(length)});
  }
}

bool TrustedProxies::Contains(std::string_view text) const {
  boost::system::error_code error;
  ip::address address = ip::make_address(std::string(text), error);
  if (error) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    if (network.address.is_v4() != address.is_v4()) return false;
    if (address.is_v4()) {
      return ip::network_v4(network.address.to_v4(), network.prefix_length).canonical() ==
             ip::network_v4(address.to_v4(), network.prefix_length).canonical();
    }
    return ip::network_v6(network.address.to_v6(), network.prefix_length).canonical() ==
           ip::network_v6(address.to_v6(), network.prefix_length).canonical();
  });
}

Origin TrustedProxies::OriginOf(const http::Request& request) const {
  Origin origin{request.remote_address};
  if (networks_.empty() || !Contains(request.remote_address)) return origin;
  auto hops =
      header_ == ForwardedHeader::kForwarded ? ReadForwarded(request) : ReadXForwarded(request);
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    origin.is_insecure = absl::EqualsIgnoreCase(hop->protocol, "http");
    boost::system::error_code error;
    ip::make_address(hop->address, error);
    // Asio takes anything for an IPv6 zone; a zone means nothing beyond the proxy anyway.
    if (error || hop->address.find('%') != std::string::npos) return origin;
    origin.address = hop->address;
    if (!Contains(origin.address)) return origin;
  }
  return origin;
}

}  // namespace tamarack::gateway
