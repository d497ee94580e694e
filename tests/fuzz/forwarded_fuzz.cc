// What a client writes of its way here, a line each: whatever it is, the address that a trusted
// proxy adds is the client's, and nobody else's word counts.
#include "fuzz.h"
#include "gateway/request/forwarded.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

using namespace tamarack;
using gateway::ForwardedHeader;
using gateway::Require;

namespace {

constexpr char kClient[] = "203.0.113.9";
constexpr char kProxy[] = "10.1.2.3";

// The address of who comes from `peer` with these lines.
std::string AddressOf(ForwardedHeader header, const char* peer,
                      const std::vector<std::string>& lines) {
  static const gateway::TrustedProxies proxies[] = {
      gateway::TrustedProxies({"10.0.0.0/8", "fd00::/8"}, ForwardedHeader::kXForwarded),
      gateway::TrustedProxies({"10.0.0.0/8", "fd00::/8"}, ForwardedHeader::kForwarded)};
  bool is_forwarded = header == ForwardedHeader::kForwarded;
  http::Request request;
  request.remote_address = peer;
  for (const std::string& line : lines) {
    request.headers.Add(is_forwarded ? "forwarded" : "x-forwarded-for", line);
    if (!is_forwarded) request.headers.Add("x-forwarded-proto", line);
  }
  return proxies[is_forwarded].OriginOf(request).address;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  std::vector<std::string> lines(1);
  for (char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  for (ForwardedHeader header : {ForwardedHeader::kXForwarded, ForwardedHeader::kForwarded}) {
    Require(AddressOf(header, kClient, lines) == kClient);
    std::string address = AddressOf(header, kProxy, lines);
    boost::system::error_code error;
    Require(boost::asio::ip::make_address(address, error).to_string() == address && !error);

    bool is_forwarded = header == ForwardedHeader::kForwarded;
    auto added = lines;
    added.push_back(is_forwarded ? "for=203.0.113.9;proto=https" : kClient);
    Require(AddressOf(header, kProxy, added) == kClient);
    if (is_forwarded) continue;  // its quotes, once opened, hold the rest of a line
    added = lines;
    added.back() += ", 203.0.113.9";
    Require(AddressOf(header, kProxy, added) == kClient);
  }
  return 0;
}
