#include "services/tellusonce/address.h"

#include "platform/pages/format.h"
#include "platform/text/text.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace tamarack::tellusonce {
namespace {

constexpr std::array<std::string_view, 13> kProvinces{"AB", "BC", "MB", "NB", "NL", "NS", "NT",
                                                      "NU", "ON", "PE", "QC", "SK", "YT"};
// What tellusonce's API and identity's directory promise to hold.
constexpr size_t kLineLengthMax = 200;
constexpr size_t kCityLengthMax = 100;

// A line of the address, which may hold `length_max` characters.
void CheckLine(const char* field, const std::string& line, size_t length_max,
               std::vector<AddressProblem>& problems) {
  if (text::HasControlCharacter(line)) problems.push_back({field, "ERROR_CHARACTERS", {}});
  if (text::CountCharacters(line) > length_max)
    problems.push_back({field, "ERROR_TOO_LONG", {{"MAX", std::to_string(length_max)}}});
}

}  // namespace

v1::Address Normalize(const v1::Address& address) {
  v1::Address normal;
  normal.set_line_1(text::TidyLine(address.line_1()));
  normal.set_line_2(text::TidyLine(address.line_2()));
  normal.set_city(text::TidyLine(address.city()));
  normal.set_province(text::TidyLine(address.province()));
  // The page's form has a no-break space, what is stored and told a plain one.
  normal.set_postal_code(
      text::TidyLine(pages::FormatPostalCode(text::TidyLine(address.postal_code()))));
  return normal;
}

bool IsPostalCode(std::string_view text) {
  // D, F, I, O, Q and U never appear; W and Z never come first.
  static const RE2& kPattern =
      *new RE2("[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] [0-9][ABCEGHJ-NPRSTV-Z][0-9]");
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kPattern);
}

std::vector<AddressProblem> CheckAddress(const v1::Address& address) {
  std::vector<AddressProblem> problems;
  if (address.line_1().empty()) problems.push_back({"line_1", "ERROR_LINE_1_MISSING", {}});
  CheckLine("line_1", address.line_1(), kLineLengthMax, problems);
  CheckLine("line_2", address.line_2(), kLineLengthMax, problems);
  if (address.city().empty()) problems.push_back({"city", "ERROR_CITY_MISSING", {}});
  CheckLine("city", address.city(), kCityLengthMax, problems);
  if (std::find(kProvinces.begin(), kProvinces.end(), address.province()) == kProvinces.end()) {
    problems.push_back({"province", "ERROR_PROVINCE_MISSING", {}});
  }
  if (!IsPostalCode(address.postal_code()))
    problems.push_back({"postal_code", "ERROR_POSTAL_CODE", {}});
  return problems;
}

std::string OneLine(const v1::Address& address) {
  std::string line = address.line_1();
  if (!address.line_2().empty()) line += ", " + address.line_2();
  return line + ", " + address.city() + " " + address.province() + "\u00a0 " +
         address.postal_code();
}

}  // namespace tamarack::tellusonce
