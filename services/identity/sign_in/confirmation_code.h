// The code that confirms an email address. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tamarack::identity {

inline constexpr size_t kCodeDigits = 8;

// The code in what a person typed or pasted, be it the whole email: the one number of eight digits
// of any script, or, where there is none, the one of eight when spaces and dashes within are
// overlooked. Nothing when no number is meant, or when it cannot be told which.
std::optional<std::string> FindCode(std::string_view typed);

}  // namespace tamarack::identity
