#include "gateway/visit.h"

#include "platform/base/id.h"
#include "platform/base/status.h"

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

// What W3C asks to be passed on at least; nothing of a longer one.
constexpr size_t kTraceStateLengthMax = 512;

std::string TraceState(const http::Request& request) {
  std::string state;
  for (std::string_view part : request.headers.GetAll("tracestate"))
    absl::StrAppend(&state, state.empty() ? "" : ",", ToAbsl(part));
  return state.size() <= kTraceStateLengthMax && IsMetadataSafe(state) ? state : "";
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
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

std::string TrustedProxies::ClientAddress(const http::Request& request) const {
  if (networks_.empty() || !Contains(request.remote_address)) return request.remote_address;
  std::string client = request.remote_address;
  auto headers = request.headers.GetAll("x-forwarded-for");
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    std::vector<absl::string_view> hops = absl::StrSplit(ToAbsl(*header), ',');
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
      std::string address(absl::StripAsciiWhitespace(*hop));
      boost::system::error_code error;
      ip::make_address(address, error);
      // Asio takes anything for an IPv6 zone; a zone means nothing beyond the proxy anyway.
      if (error || address.find('%') != std::string::npos) return client;
      client = address;
      if (!Contains(client)) return client;
    }
  }
  return client;
}

Visit::Visit(const http::Request& received, const TrustedProxies& proxies)
    : request(received), path(received.target), request_id(NewUuid()) {
  // Absolute form (RFC 9112 section 3.2.2): only the path matters to us.
  if (!path.starts_with('/')) {
    size_t scheme = path.find("://");
    size_t slash = scheme == std::string_view::npos ? scheme : path.find('/', scheme + 3);
    if (slash != std::string_view::npos) path.remove_prefix(slash);
  }
  if (size_t mark = path.find('?'); mark != std::string_view::npos) {
    query = path.substr(mark + 1);
    path = path.substr(0, mark);
  }
  language = NegotiateLanguage(received.headers.Get("accept-language").value_or(""));
  auto parent = telemetry::ParseTraceparent(received.headers.Get("traceparent").value_or(""));
  trace = parent ? telemetry::ChildOf(*parent) : telemetry::NewTrace();
  if (parent) trace_state = TraceState(received);
  client_address = proxies.ClientAddress(received);
  wants_html =
      received.headers.Get("accept").value_or("").find("text/html") != std::string_view::npos;
}

std::string_view Visit::Cookie(std::string_view name) const {
  for (std::string_view header : request.headers.GetAll("cookie")) {
    for (absl::string_view part : absl::StrSplit(ToAbsl(header), ';')) {
      std::string_view pair = ToStd(absl::StripAsciiWhitespace(part));
      size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name)
        return pair.substr(equals + 1);
    }
  }
  return {};
}

bool IsMetadataSafe(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace tamarack::gateway
