#include "platform/http/address_policy.h"

#include "platform/http/message.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tamarack::http {
namespace {
namespace ip = boost::asio::ip;

struct Net4 {
  uint32_t prefix;
  int bits;
};

constexpr uint32_t V4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA's special-purpose registry, multicast and class E: none of them is a peer on the Internet.
constexpr std::array kSpecial4 = {
    Net4{V4(0, 0, 0, 0), 8},        // this network
    Net4{V4(10, 0, 0, 0), 8},       // private
    Net4{V4(100, 64, 0, 0), 10},    // carrier-grade NAT
    Net4{V4(127, 0, 0, 0), 8},      // loopback
    Net4{V4(169, 254, 0, 0), 16},   // link-local, cloud metadata
    Net4{V4(172, 16, 0, 0), 12},    // private
    Net4{V4(192, 0, 0, 0), 24},     // IETF protocol assignments
    Net4{V4(192, 0, 2, 0), 24},     // documentation
    Net4{V4(192, 88, 99, 0), 24},   // 6to4 relay
    Net4{V4(192, 168, 0, 0), 16},   // private
    Net4{V4(198, 18, 0, 0), 15},    // benchmarking
    Net4{V4(198, 51, 100, 0), 24},  // documentation
    Net4{V4(203, 0, 113, 0), 24},   // documentation
    Net4{V4(224, 0, 0, 0), 4},      // multicast
    Net4{V4(240, 0, 0, 0), 4},      // reserved, broadcast
};

struct Net6 {
  std::array<uint8_t, 8> prefix;  // None of ours is longer than 64 bits.
  int bits;
};

// Only 2000::/3 is given out; these are its exceptions. All outside 2000::/3 is refused as well,
// which covers ::, ::1, fc00::/7, fe80::/10, fec0::/10, ff00::/8, 64:ff9b::/96, 64:ff9b:1::/48,
// 100::/64 and 5f00::/16.
constexpr std::array kSpecial6 = {
    Net6{{0x20, 0x01, 0x00, 0x00}, 23},  // IETF protocol assignments: Teredo, ORCHID, benchmarking
    Net6{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Net6{{0x20, 0x02}, 16},              // 6to4
    Net6{{0x3f, 0xfe}, 16},              // 6bone, given back
    Net6{{0x3f, 0xff, 0x00, 0x00}, 20},  // documentation
};

bool IsPublic4(uint32_t address) {
  return std::none_of(kSpecial4.begin(), kSpecial4.end(), [&](const Net4& net) {
    return (address ^ net.prefix) >> (32 - net.bits) == 0;
  });
}

bool Matches(const ip::address_v6::bytes_type& address, const Net6& net) {
  for (int bit = 0; bit < net.bits; ++bit) {
    size_t byte = static_cast<size_t>(bit / 8);
    if ((address[byte] ^ net.prefix[byte]) >> (7 - bit % 8) & 1) return false;
  }
  return true;
}

bool IsPublic6(const ip::address_v6& address) {
  auto bytes = address.to_bytes();
  if ((bytes[0] & 0xe0) != 0x20) return false;
  return std::none_of(kSpecial6.begin(), kSpecial6.end(),
                      [&](const Net6& net) { return Matches(bytes, net); });
}

// `is_loopback` overlooks IPv4-mapped ones.
bool IsLoopback(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.is_loopback();
  return ip::make_address_v4(ip::v4_mapped, address.to_v6()).is_loopback();
}

}  // namespace

bool IsPublicAddress(const ip::address& address) {
  if (address.is_v4()) return IsPublic4(address.to_v4().to_uint());
  ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return IsPublic4(ip::make_address_v4(ip::v4_mapped, v6).to_uint());
  return IsPublic6(v6);
}

bool AddressPolicy::Allows(std::string_view host, int port, const ip::address& address) const {
  if (allow_private || IsPublicAddress(address)) return true;
  if (allow_loopback && IsLoopback(address)) return true;
  std::string endpoint = std::string(host) + ":" + std::to_string(port);
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& entry) { return EqualsIgnoreCase(entry, endpoint); });
}

}  // namespace tamarack::http
