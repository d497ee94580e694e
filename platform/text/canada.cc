#include "platform/text/canada.h"

#include <absl/strings/ascii.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace tamarack::text {
namespace {

// D, F, I, O, Q and U never appear; W and Z never come first.
constexpr std::string_view kFirst = "ABCEGHJKLMNPRSTVXY";
constexpr std::string_view kOther = "ABCEGHJKLMNPRSTVWXYZ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kPlaces[] = {kFirst, kDigits, kOther, kDigits, kOther, kDigits};

// What stands between the characters of a code, or comes along when it is copied.
bool IsBetween(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_WHITE_SPACE) != 0 ||
         u_hasBinaryProperty(c, UCHAR_DASH) != 0 ||
         u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

// In ASCII and upper case; any other character is a NUL.
char Plain(UChar32 c) {
  constexpr UChar32 kFirstWide = 0xFF01, kLastWide = 0xFF5E, kFromWide = 0xFEE0;
  if (std::int32_t digit = u_charDigitValue(c); digit >= 0) return static_cast<char>('0' + digit);
  if (c >= kFirstWide && c <= kLastWide) c -= kFromWide;
  return c < 0x80 ? absl::ascii_toupper(static_cast<unsigned char>(c)) : '\0';
}

}  // namespace

bool IsProvince(std::string_view code) {
  return std::find(kProvinces.begin(), kProvinces.end(), code) != kProvinces.end();
}

std::string CanadianPostalCode(std::string_view typed) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(typed.data());
  auto length = static_cast<std::int32_t>(typed.size());
  std::string code;
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, length, c);
    if (c >= 0 && IsBetween(c)) continue;
    size_t place = code.size();
    if (c < 0 || place == std::size(kPlaces)) return "";
    code += Plain(c);
    if (kPlaces[place].find(code.back()) == std::string_view::npos) return "";
  }
  return code.size() == std::size(kPlaces) ? code.substr(0, 3) + " " + code.substr(3) : "";
}

std::string_view ProvinceOfPostalCode(std::string_view typed) {
  constexpr std::string_view kProvinceOf[] = {"NL", "NS", "PE", "NB", "QC", "QC", "QC", "ON", "ON",
                                              "ON", "ON", "ON", "MB", "SK", "AB", "BC", "",   "YT"};
  static_assert(std::size(kProvinceOf) == kFirst.size());
  std::string code = CanadianPostalCode(typed);
  return code.empty() ? std::string_view() : kProvinceOf[kFirst.find(code.front())];
}

}  // namespace tamarack::text
