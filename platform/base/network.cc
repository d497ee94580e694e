#include "platform/base/network.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <initializer_list>

namespace tamarack {
namespace asio = boost::asio;

namespace {

constexpr unsigned short kNetworkLength = 64;

// The networks of IPv6 with these lengths; of all else the one there is.
std::vector<std::string> Networks(std::string_view address,
                                  std::initializer_list<unsigned short> lengths) {
  boost::system::error_code error;
  auto ip = asio::ip::make_address(std::string(address), error);
  if (error || !ip.is_v6()) return {std::string(address)};
  if (ip.to_v6().is_v4_mapped())
    return {asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6()).to_string()};
  std::vector<std::string> networks;
  for (unsigned short length : lengths) {
    // A link's scope is no part of a network.
    asio::ip::network_v6 network(asio::ip::address_v6(ip.to_v6().to_bytes()), length);
    networks.push_back(network.network().to_string());
    if (length != kNetworkLength) networks.back() += "/" + std::to_string(length);
  }
  return networks;
}

}  // namespace

std::string NetworkOf(std::string_view address) {
  return Networks(address, {kNetworkLength}).front();
}

std::vector<std::string> NetworksOf(std::string_view address) {
  return Networks(address, {kNetworkLength, 56, 48});
}

}  // namespace tamarack
