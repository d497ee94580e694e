#pragma once

#include <cstddef>

namespace tamarack::payments {

inline constexpr size_t kTextCharactersMax = 255;
inline constexpr size_t kEmailCharactersMax = 254;
inline constexpr size_t kPostcodeCharactersMax = 25;

}  // namespace tamarack::payments
