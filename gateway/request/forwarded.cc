#include "gateway/request/forwarded.h"

#include "platform/http/list.h"

#include <absl/strings/ascii.h>
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
  std::string address;  // Empty where it does not tell, or nobody could say what.
  std::string protocol;
};

// Digits, or a name that the proxy made up.
bool IsPort(std::string_view text) {
  constexpr size_t kDigitsMax = 5;
  if (text.starts_with('_')) return text.size() > 1;
  return !text.empty() && text.size() <= kDigitsMax &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The address of a node, without brackets and port (RFC 7239 section 6), as we write it; empty for
// `unknown`, `_hidden` and all that is none. IPv6 without brackets, which proxies send, has no
// port.
std::string NodeAddress(std::string_view node) {
  std::string_view host = node, port;
  if (node.starts_with('[')) {
    size_t end = node.find(']');
    if (end == std::string_view::npos) return {};
    host = node.substr(1, end - 1);
    port = node.substr(end + 1);
  } else if (size_t colon = node.find(':'); colon != std::string_view::npos &&
                                            node.find(':', colon + 1) == std::string_view::npos) {
    host = node.substr(0, colon);
    port = node.substr(colon);
  }
  if (!port.empty() && (port[0] != ':' || !IsPort(port.substr(1)))) return {};
  // Asio takes anything for an IPv6 zone; a zone means nothing beyond the proxy anyway.
  if (host.find('%') != std::string_view::npos) return {};
  boost::system::error_code error;
  ip::address address = ip::make_address(std::string(host), error);
  if (error || (node.starts_with('[') && !address.is_v6())) return {};
  bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return is_mapped ? ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string()
                   : address.to_string();
}

// One element of Forwarded; a hop that tells nothing where it is none or names something twice.
Hop ReadElement(std::string_view element) {
  Hop hop;
  bool has_for = false, has_protocol = false;
  for (std::string_view part; http::NextPart(element, ';', part);) {
    auto parameter = http::ParseParameter(part);
    if (!parameter) return {};
    bool is_for = http::EqualsIgnoreCase(parameter->name, "for");
    bool is_protocol = http::EqualsIgnoreCase(parameter->name, "proto");
    if ((is_for && has_for) || (is_protocol && has_protocol)) return {};
    has_for |= is_for;
    has_protocol |= is_protocol;
    if (is_for) hop.address = NodeAddress(parameter->value);
    if (is_protocol) hop.protocol = std::move(parameter->value);
  }
  return hop;
}

// Line by line: a quote that a client leaves open must not swallow what a proxy adds on a line of
// its own.
std::vector<Hop> ReadForwarded(const http::Request& request) {
  std::vector<Hop> hops;
  for (std::string_view line : request.headers.GetAll("forwarded")) {
    for (std::string_view element; http::NextPart(line, ',', element);)
      hops.push_back(ReadElement(element));
  }
  return hops;
}

// X-Forwarded-* knows no quotes: one that a client writes must not swallow what a proxy adds.
std::vector<std::string> PlainParts(const http::Request& request, std::string_view name) {
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(request.headers.Join(name), ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

std::vector<Hop> ReadXForwarded(const http::Request& request) {
  std::vector<Hop> hops;
  for (const std::string& hop : PlainParts(request, "x-forwarded-for"))
    hops.push_back({NodeAddress(hop), ""});
  // Most proxies replace it, so that there is one for the whole way.
  std::vector<std::string> protocols = PlainParts(request, "x-forwarded-proto");
  std::string protocol = protocols.empty() ? "" : protocols.back();
  if (protocol.empty()) return hops;
  if (hops.empty()) hops.emplace_back();
  for (Hop& hop : hops) hop.protocol = protocol;
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
    origin.is_insecure = http::EqualsIgnoreCase(hop->protocol, "http");
    if (hop->address.empty()) return origin;
    origin.address = hop->address;
    if (!Contains(origin.address)) return origin;
  }
  return origin;
}

}  // namespace tamarack::gateway
