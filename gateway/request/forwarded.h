#pragma once

#include "platform/http/message.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// Which header the proxies in front write. One only: whatever a proxy does not write itself, it
// passes on as the client made it up.
enum class ForwardedHeader {
  kXForwarded,  // X-Forwarded-For and X-Forwarded-Proto.
  kForwarded,   // RFC 7239.
};

// Who a request really comes from, seen through the proxies that are trusted to tell.
struct Origin {
  std::string address;       // Without port.
  bool is_insecure = false;  // A trusted proxy says that the client spoke plain HTTP to it.
};

// Addresses whose word about the client is believed.
class TrustedProxies {
 public:
  // Addresses or CIDR networks. Throws std::runtime_error for anything else: a start-up error.
  explicit TrustedProxies(const std::vector<std::string>& networks,
                          ForwardedHeader header = ForwardedHeader::kXForwarded);

  // The peer, or the last one in the header that no trusted proxy is.
  Origin OriginOf(const http::Request& request) const;

 private:
  struct Network {
    boost::asio::ip::address address;
    unsigned short prefix_length;
  };
  bool Contains(std::string_view address) const;

  std::vector<Network> networks_;
  ForwardedHeader header_;
};

}  // namespace tamarack::gateway
