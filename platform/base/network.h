#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tamarack {

// The network that an address belongs to, by which strangers are counted: an IPv4 address itself,
// the /64 of an IPv6 address. What is no address stays as it is.
std::string NetworkOf(std::string_view address);

// That network and those around it that one customer may have the whole of, the smallest first: of
// IPv6 the /64, the /56 and the /48, of all else NetworkOf alone.
std::vector<std::string> NetworksOf(std::string_view address);

}  // namespace tamarack
