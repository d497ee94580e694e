#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// A decimal number as it was written, whatever its form: 0.`digits` × 10^`exponent`.
struct Decimal {
  bool is_negative = false;
  std::string digits;    // Without zeros at either end; empty for zero.
  int64_t exponent = 0;  // 0 for zero.

  bool is_whole() const { return exponent >= static_cast<int64_t>(digits.size()); }
  bool operator==(const Decimal&) const = default;
};

// `text` must be a number of JSON's grammar.
Decimal ParseDecimal(std::string_view text);

}  // namespace tamarack::gateway
