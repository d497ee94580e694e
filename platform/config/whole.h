#pragma once

#include <absl/flags/marshalling.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <string>

namespace tamarack::config {

// A flag's whole number within bounds. What is outside is refused, with the bounds, as whatever
// does not parse. A macro's argument holds no comma, so the usual ranges have names.
template <int kMin, int kMax>
class Whole {
 public:
  constexpr Whole(int value = kMin)  // NOLINT(google-explicit-constructor): it is that number.
      : value_(value) {}
  constexpr operator int() const { return value_; }  // NOLINT(google-explicit-constructor)

 private:
  int value_;
};

template <int kMin, int kMax>
bool AbslParseFlag(absl::string_view text, Whole<kMin, kMax>* whole, std::string* error) {
  int value = 0;
  if (!absl::ParseFlag(text, &value, error)) return false;
  *whole = value;
  if (value >= kMin && value <= kMax) return true;
  *error = absl::StrCat("must be from ", kMin, " to ", kMax);
  return false;
}

template <int kMin, int kMax>
std::string AbslUnparseFlag(Whole<kMin, kMax> whole) {
  return absl::StrCat(static_cast<int>(whole));
}

using DrainSeconds = Whole<0, 600>;
using TimeoutSeconds = Whole<1, 600>;
using RetentionDays = Whole<1, 36500>;

}  // namespace tamarack::config
