#pragma once

#include <string>
#include <string_view>

namespace tamarack::payments {

inline constexpr size_t kTextCharactersMax = 255;
inline constexpr size_t kEmailCharactersMax = 254;
inline constexpr size_t kPostcodeCharactersMax = 25;

// A line about who pays, as it is kept: in NFC, its blanks folded, without the control characters
// and marks of direction that copying brings along and nobody sees; "" when nothing is left to see.
std::string PayerLine(std::string_view typed);

}  // namespace tamarack::payments
