#include "gateway/codec/decimal.h"

#include <algorithm>
#include <charconv>

namespace tamarack::gateway {

Decimal ParseDecimal(std::string_view text) {
  Decimal decimal;
  decimal.is_negative = text.starts_with('-');
  text.remove_prefix(decimal.is_negative ? 1 : 0);
  size_t end = std::min(text.find_first_of("eE"), text.size());
  std::string_view mantissa = text.substr(0, end);
  size_t dot = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, dot));
  if (dot < mantissa.size()) digits += mantissa.substr(dot + 1);
  size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return decimal;
  decimal.digits = digits.substr(first, digits.find_last_not_of('0') + 1 - first);
  if (end < text.size()) {
    std::string_view power = text.substr(end + (text[end + 1] == '+' ? 2 : 1));
    auto result = std::from_chars(power.data(), power.data() + power.size(), decimal.exponent);
    // Farther than the digits of any text reach.
    constexpr int64_t kFar = int64_t{1} << 40;
    if (result.ec != std::errc()) decimal.exponent = power.starts_with('-') ? -kFar : kFar;
    decimal.exponent = std::clamp(decimal.exponent, -kFar, kFar);
  }
  decimal.exponent += static_cast<int64_t>(dot) - static_cast<int64_t>(first);
  return decimal;
}

}  // namespace tamarack::gateway
