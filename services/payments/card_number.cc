#include "services/payments/card_number.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace tamarack::payments {
namespace {

// Lengths as a set of bits.
constexpr unsigned Of(std::initializer_list<int> lengths) {
  unsigned bits = 0;
  for (int length : lengths) bits |= 1U << length;
  return bits;
}
constexpr unsigned From(int first) {
  unsigned bits = 0;
  for (int length = first; length <= static_cast<int>(kCardDigitsMax); ++length)
    bits |= 1U << length;
  return bits;
}

// Issuer identification numbers and lengths as the networks publish them to merchants and
// processors (their BIN range guides); ranges do not overlap.
constexpr struct {
  size_t prefix_digits;
  int first, last;
  unsigned lengths;
  std::string_view brand;
} kRanges[] = {
    {1, 4, 4, Of({13, 16, 19}), "visa"},       {2, 51, 55, Of({16}), "master-card"},
    {4, 2221, 2720, Of({16}), "master-card"},  {2, 34, 34, Of({15}), "american-express"},
    {2, 37, 37, Of({15}), "american-express"}, {4, 6011, 6011, From(16), "discover"},
    {3, 644, 659, From(16), "discover"},       {2, 36, 36, From(14), "diners-club"},
    {2, 38, 39, From(14), "diners-club"},      {3, 300, 305, From(14), "diners-club"},
    {4, 3095, 3095, From(14), "diners-club"},  {4, 3528, 3589, From(16), "jcb"},
    {2, 62, 62, From(16), "unionpay"},         {3, 810, 817, From(16), "unionpay"},
    {4, 5018, 5018, From(12), "maestro"},      {4, 5020, 5020, From(12), "maestro"},
    {4, 5038, 5038, From(12), "maestro"},      {4, 5893, 5893, From(12), "maestro"},
    {4, 6304, 6304, From(12), "maestro"},      {4, 6759, 6759, From(12), "maestro"},
    {4, 6761, 6763, From(12), "maestro"},
};

const auto* RangeOf(std::string_view digits) {
  auto has_prefix = [&](const auto& range) {
    int prefix = 0;
    return absl::SimpleAtoi(ToAbsl(digits.substr(0, range.prefix_digits)), &prefix) &&
           prefix >= range.first && prefix <= range.last;
  };
  const auto* range = std::find_if(std::begin(kRanges), std::end(kRanges), has_prefix);
  return range == std::end(kRanges) ? nullptr : range;
}

// Groups as people and cards print them: all alike but a shorter last one (4-4-4-4, 4-4-4-4-3), in
// fours (4-8-4), as American Express and Diners Club do (4-6-5, 4-6-4), or UnionPay (6-13).
bool IsGroupedLikeCard(std::span<const std::string> groups) {
  auto before_last = groups.first(groups.size() - 1);
  if (before_last.empty()) return true;
  size_t first = before_last[0].size();
  bool are_alike =
      groups.back().size() <= first && std::all_of(before_last.begin(), before_last.end(),
                                                   [&](auto& g) { return g.size() == first; });
  bool are_fours = std::all_of(before_last.begin(), before_last.end(),
                               [](auto& g) { return g.size() % 4 == 0; });
  bool are_printed = (groups.size() == 3 && first == 4 && groups[1].size() == 6) ||
                     (groups.size() == 2 && first == 6);
  return are_alike || are_fours || are_printed;
}

// `groups`: runs of digits with nothing but blanks and punctuation between them.
bool AnyIsCardNumber(std::span<const std::string> groups) {
  for (size_t begin = 0; begin < groups.size(); ++begin) {
    std::string digits;
    for (size_t end = begin; end < groups.size(); ++end) {
      digits += groups[end];
      if (digits.size() > kCardDigitsMax) break;
      bool is_like_card = IsGroupedLikeCard(groups.subspan(begin, end - begin + 1));
      if (is_like_card && IsCardNumber(digits)) return true;
    }
  }
  return false;
}

// Joiners, soft hyphens and what surrounds the digit of a keycap emoji.
bool IsInvisible(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ||
         (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

}  // namespace

std::string_view BrandOf(std::string_view digits) {
  const auto* range = RangeOf(digits);
  return range == nullptr ? std::string_view() : range->brand;
}

bool HasLengthOfBrand(std::string_view digits) {
  const auto* range = RangeOf(digits);
  return range != nullptr && digits.size() <= kCardDigitsMax &&
         (range->lengths >> digits.size() & 1U) != 0;
}

bool HasCheckDigit(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool IsCardNumber(std::string_view digits) {
  bool are_digits = std::all_of(digits.begin(), digits.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  return are_digits && HasLengthOfBrand(digits) && HasCheckDigit(digits);
}

bool HoldsCardNumber(std::string_view text) {
  std::vector<std::string> groups;
  bool has_words = false;
  bool is_in_group = false;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, length, c);
    std::int32_t digit = u_charDigitValue(c);
    if (digit >= 0) {
      if (!is_in_group) groups.emplace_back();
      groups.back() += static_cast<char>('0' + digit);
      is_in_group = true;
    } else if (!IsInvisible(c)) {
      is_in_group = false;
      if (!u_isalpha(c)) continue;
      if (AnyIsCardNumber(groups)) return true;
      groups.clear();
      has_words = true;
    }
  }
  // A text without words is nothing but a number, whatever its groups.
  return AnyIsCardNumber(groups) || (!has_words && IsCardNumber(text::DigitsIn(text)));
}

bool IsSecurityCode(std::string_view text) {
  size_t digits = text::DigitsIn(text).size();
  if (digits != 3 && digits != 4) return false;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, length, c);
    if (u_isalpha(c)) return false;
  }
  return true;
}

}  // namespace tamarack::payments
