#pragma once

#include <string>
#include <string_view>

namespace tamarack {

// The network that an address belongs to, by which strangers are counted: an IPv4 address itself,
// the /64 of an IPv6 address. What is no address stays as it is.
std::string NetworkOf(std::string_view address);

}  // namespace tamarack
