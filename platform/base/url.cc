#include "platform/base/url.h"

namespace tamarack {

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (char c : text) {
    bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_unreserved) {
      encoded += c;
      continue;
    }
    constexpr char kHex[] = "0123456789ABCDEF";
    auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

}  // namespace tamarack
