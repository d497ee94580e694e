#pragma once

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::http {

// Which peers a client may connect to: the guard against server-side request forgery (SSRF).
// It is asked about the very address a socket is about to connect to, so DNS cannot fool it.
struct AddressPolicy {
  bool allow_private = false;   // Any address; for clients whose URLs are our configuration.
  bool allow_loopback = false;  // This machine; for sandboxes.
  std::vector<std::string> allowed = {};  // `host:port` of URLs that may lead to any address.

  // True when a URL with this host and port may connect to `address`.
  bool Allows(std::string_view host, int port, const boost::asio::ip::address& address) const;
};

// False for loopback, private, link-local, multicast, documentation, translation and every other
// special-purpose address. IPv4-mapped IPv6 is judged as the IPv4 address inside.
bool IsPublicAddress(const boost::asio::ip::address& address);

}  // namespace tamarack::http
