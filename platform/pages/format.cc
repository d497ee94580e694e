#include "platform/pages/format.h"

#include "platform/base/status.h"
#include "platform/text/canada.h"

#include <absl/strings/str_cat.h>
#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <charconv>

namespace tamarack::pages {
namespace {

constexpr char kNbsp[] = "\u00a0";

constexpr const char* kMonthsEn[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
constexpr const char* kMonthsFr[] = {"janvier",   "février", "mars",     "avril",
                                     "mai",       "juin",    "juillet",  "août",
                                     "septembre", "octobre", "novembre", "décembre"};

bool IsFrench(std::string_view language) {
  return language == "fr";
}

std::string Grouped(std::uint64_t number, std::string_view separator) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

std::uint64_t Magnitude(std::int64_t number) {
  return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

bool ParseInt(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string FormatNumber(std::int64_t number, std::string_view language) {
  return absl::StrCat(number < 0 ? "-" : "",
                      Grouped(Magnitude(number), IsFrench(language) ? kNbsp : ","));
}

std::string FormatMoney(std::int64_t cents, std::string_view language, std::string_view currency) {
  const bool french = IsFrench(language);
  const std::uint64_t magnitude = Magnitude(cents);
  const std::string sign = cents < 0 ? "-" : "";
  const std::uint64_t rest = magnitude % 100;
  const std::string amount = absl::StrCat(Grouped(magnitude / 100, french ? kNbsp : ","),
                                          french ? "," : ".", rest < 10 ? "0" : "", rest);
  std::string out =
      french ? absl::StrCat(sign, amount, kNbsp, "$") : absl::StrCat(sign, "$", amount);
  if (currency == "CAD") return out;
  if (currency == "USD") return french ? absl::StrCat(out, kNbsp, "US") : absl::StrCat("US", out);
  return absl::StrCat(sign, amount, kNbsp, std::string(currency));
}

std::string FormatDate(std::chrono::year_month_day date, std::string_view language) {
  if (!date.ok()) return {};
  const unsigned month = static_cast<unsigned>(date.month()) - 1;
  const unsigned day = static_cast<unsigned>(date.day());
  const int year = static_cast<int>(date.year());
  if (IsFrench(language)) {
    return absl::StrCat(day, day == 1 ? "er" : "", kNbsp, kMonthsFr[month], kNbsp, year);
  }
  return absl::StrCat(kMonthsEn[month], kNbsp, day, ", ", year);
}

std::string FormatIsoDate(std::string_view iso_date, std::string_view language) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (iso_date.size() != 10 || iso_date[4] != '-' || iso_date[7] != '-' ||
      !ParseInt(iso_date.substr(0, 4), year) || !ParseInt(iso_date.substr(5, 2), month) ||
      !ParseInt(iso_date.substr(8, 2), day)) {
    return std::string(iso_date);
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? FormatDate(date, language) : std::string(iso_date);
}

std::string FormatTime(int hour, int minute, std::string_view language) {
  if (IsFrench(language)) {
    return absl::StrCat(hour, kNbsp, "h", minute == 0 ? "" : absl::StrCat(kNbsp, minute));
  }
  if (hour == 12 && minute == 0) return "noon";
  if (hour == 0 && minute == 0) return "midnight";
  const int twelve = hour % 12 == 0 ? 12 : hour % 12;
  const std::string minutes =
      minute == 0 ? "" : absl::StrCat(":", absl::Dec(minute, absl::kZeroPad2));
  return absl::StrCat(twelve, minutes, kNbsp, hour < 12 ? "a.m." : "p.m.");
}

std::string FormatDateTime(TimePoint time, std::string_view language) {
  static const absl::TimeZone zone = [] {
    absl::TimeZone found;
    if (!absl::LoadTimeZone("America/Toronto", &found)) found = absl::UTCTimeZone();
    return found;
  }();
  const absl::CivilSecond civil = absl::ToCivilSecond(absl::FromUnixMicros(UnixMicros(time)), zone);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(civil.year())),
                                         std::chrono::month(static_cast<unsigned>(civil.month())),
                                         std::chrono::day(static_cast<unsigned>(civil.day()))};
  return absl::StrCat(FormatDate(date, language), IsFrench(language) ? " à " : " at ",
                      FormatTime(civil.hour(), civil.minute(), language));
}

std::string FormatPostalCode(std::string_view postal_code) {
  std::string code = text::CanadianPostalCode(postal_code);
  if (code.empty()) return std::string(postal_code);
  return absl::StrCat(code.substr(0, 3), kNbsp, code.substr(4));
}

std::string FormatTelephoneUri(std::string_view phone) {
  constexpr std::string_view kKeys = "22233344455566677778889999";  // 1-866-ONT-INFO
  std::string_view number = phone;
  std::string_view extension;
  for (const std::string_view word : {" ext", " poste", " x"}) {
    if (const std::size_t at = phone.find(word); at != std::string_view::npos) {
      number = phone.substr(0, at);
      extension = phone.substr(at + word.size());
      break;
    }
  }
  const auto digits_of = [&](std::string_view text) {
    std::string digits;
    for (const char c : text) {
      if (c >= '0' && c <= '9') digits += c;
      if (c >= 'A' && c <= 'Z') digits += kKeys[static_cast<std::size_t>(c - 'A')];
    }
    return digits;
  };
  std::string digits = digits_of(number);
  if (digits.size() == 10) digits.insert(0, "1");
  const bool is_global = number.starts_with('+') || (digits.size() == 11 && digits[0] == '1');
  std::string uri = absl::StrCat(is_global ? "+" : "", digits);
  if (!extension.empty()) absl::StrAppend(&uri, ";ext=", digits_of(extension));
  return uri;
}

}  // namespace tamarack::pages
