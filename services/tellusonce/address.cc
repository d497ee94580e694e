#include "services/tellusonce/address.h"

#include "platform/text/canada.h"
#include "platform/text/text.h"

namespace tamarack::tellusonce {
namespace {

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
  std::string code = text::CanadianPostalCode(address.postal_code());
  normal.set_postal_code(code.empty() ? text::TidyLine(address.postal_code()) : code);
  return normal;
}

std::vector<AddressProblem> CheckAddress(const v1::Address& address) {
  std::vector<AddressProblem> problems;
  if (address.line_1().empty()) problems.push_back({"line_1", "ERROR_LINE_1_MISSING", {}});
  CheckLine("line_1", address.line_1(), kLineLengthMax, problems);
  CheckLine("line_2", address.line_2(), kLineLengthMax, problems);
  if (address.city().empty()) problems.push_back({"city", "ERROR_CITY_MISSING", {}});
  CheckLine("city", address.city(), kCityLengthMax, problems);
  if (!text::IsProvince(address.province()))
    problems.push_back({"province", "ERROR_PROVINCE_MISSING", {}});
  if (text::CanadianPostalCode(address.postal_code()).empty())
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
