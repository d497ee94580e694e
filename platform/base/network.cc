#include "platform/base/network.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace tamarack {
namespace asio = boost::asio;

std::string NetworkOf(std::string_view address) {
  boost::system::error_code error;
  auto ip = asio::ip::make_address(std::string(address), error);
  if (error || !ip.is_v6()) return std::string(address);
  if (ip.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6()).to_string();
  auto bytes = ip.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string();
}

}  // namespace tamarack
