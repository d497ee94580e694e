#include "platform/pages/format.h"

#include <catch2/catch.hpp>

using namespace tamarack::pages;

namespace {

constexpr std::chrono::year_month_day Day(int year, unsigned month, unsigned day) {
  return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
}

}  // namespace

TEST_CASE("Money is written with the sign, separators and spaces of each language") {
  CHECK(FormatMoney(9000, "en") == "$90.00");
  CHECK(FormatMoney(123456, "en") == "$1,234.56");
  CHECK(FormatMoney(-9000, "en") == "-$90.00");
  CHECK(FormatMoney(5, "en") == "$0.05");
  CHECK(FormatMoney(9000, "fr") == "90,00\u00a0$");
  CHECK(FormatMoney(123456, "fr") == "1\u00a0234,56\u00a0$");
  CHECK(FormatMoney(-9000, "fr") == "-90,00\u00a0$");
  CHECK(FormatMoney(100, "en", "USD") == "US$1.00");
  CHECK(FormatMoney(100, "fr", "EUR") == "1,00\u00a0EUR");
  CHECK(FormatMoney(std::numeric_limits<std::int64_t>::min(), "en") ==
        "-$92,233,720,368,547,758.08");
}

TEST_CASE("Numbers are grouped by three") {
  CHECK(FormatNumber(10042, "en") == "10,042");
  CHECK(FormatNumber(10042, "fr") == "10\u00a0042");
  CHECK(FormatNumber(-1, "fr") == "-1");
  CHECK(FormatNumber(999, "en") == "999");
}

TEST_CASE("Dates are written out, with 1er on the first in French") {
  CHECK(FormatDate(Day(2026, 11, 22), "en") == "November\u00a022, 2026");
  CHECK(FormatDate(Day(2026, 11, 22), "fr") == "22\u00a0novembre\u00a02026");
  CHECK(FormatDate(Day(2026, 3, 1), "fr") == "1er\u00a0mars\u00a02026");
  CHECK(FormatIsoDate("1990-03-01", "fr") == "1er\u00a0mars\u00a01990");
  CHECK(FormatIsoDate("1990-02-30", "en") == "1990-02-30");
  CHECK(FormatIsoDate("yesterday", "en") == "yesterday");
}

TEST_CASE("Times follow each language, without zeros in French") {
  CHECK(FormatTime(14, 30, "en") == "2:30\u00a0p.m.");
  CHECK(FormatTime(9, 5, "en") == "9:05\u00a0a.m.");
  CHECK(FormatTime(17, 0, "en") == "5\u00a0p.m.");
  CHECK(FormatTime(12, 0, "en") == "noon");
  CHECK(FormatTime(0, 30, "en") == "12:30\u00a0a.m.");
  CHECK(FormatTime(14, 30, "fr") == "14\u00a0h\u00a030");
  CHECK(FormatTime(9, 5, "fr") == "9\u00a0h\u00a05");
  CHECK(FormatTime(17, 0, "fr") == "17\u00a0h");
}

TEST_CASE("A moment is told in Ontario's time, in winter and in summer") {
  const auto winter =
      std::chrono::sys_days(Day(2026, 11, 22)) + std::chrono::hours(19) + std::chrono::minutes(30);
  CHECK(FormatDateTime(winter, "en") == "November\u00a022, 2026 at 2:30\u00a0p.m.");
  CHECK(FormatDateTime(winter, "fr") == "22\u00a0novembre\u00a02026 à 14\u00a0h\u00a030");
  const auto summer = std::chrono::sys_days(Day(2026, 7, 2)) + std::chrono::hours(2);
  CHECK(FormatDateTime(summer, "en") == "July\u00a01, 2026 at 10\u00a0p.m.");
}

TEST_CASE("Postal codes get their space, other codes stay") {
  CHECK(FormatPostalCode("m5v2t6") == "M5V\u00a02T6");
  CHECK(FormatPostalCode("P3E-2W9") == "P3E\u00a02W9");
  CHECK(FormatPostalCode("90210") == "90210");
  CHECK(FormatPostalCode("<b>") == "<b>");
}

TEST_CASE("A telephone number becomes what a phone can dial") {
  const std::pair<const char*, const char*> cases[] = {
      {"1-800-555-0100", "+18005550100"},
      {"416-555-0100", "+14165550100"},
      {"(416) 555-0100 ext. 12", "+14165550100;ext=12"},
      {"514 555-0100, poste 7", "+15145550100;ext=7"},
      {"1-866-ONT-INFO", "+18666684636"},
      {"+44 20 7946 0000", "+442079460000"},
      {"211", "211"},
  };
  for (const auto& [phone, wanted] : cases) CHECK(FormatTelephoneUri(phone) == wanted);
}
