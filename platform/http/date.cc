#include "platform/http/date.h"

#include "platform/base/status.h"

#include <absl/time/civil_time.h>

#include <array>
#include <cstdio>
#include <ctime>

namespace tamarack::http {

std::string FormatHttpDate(long unix_seconds) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text;
  // strftime would follow the process's locale for the names.
  int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                             kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                             kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900,
                             utc.tm_hour, utc.tm_min, utc.tm_sec);
  return std::string(text.data(), static_cast<size_t>(length));
}

std::optional<absl::Time> ParseHttpDate(std::string_view text, absl::Time now) {
  auto read = [&](const char* format, absl::Time* time) {
    return absl::ParseTime(format, ToAbsl(text), time, nullptr);
  };
  absl::Time time;
  bool has_whole_year =
      read("%a, %d %b %Y %H:%M:%S GMT", &time) || read("%a %b %e %H:%M:%S %Y", &time);
  if (has_whole_year) return time;
  if (!read("%A, %d-%b-%y %H:%M:%S GMT", &time)) return std::nullopt;
  absl::TimeZone utc = absl::UTCTimeZone();
  auto in_year = [](absl::CivilSecond of, absl::civil_year_t year) {
    return absl::CivilSecond(year, of.month(), of.day(), of.hour(), of.minute(), of.second());
  };
  absl::CivilSecond today = absl::ToCivilSecond(now, utc);
  absl::CivilSecond latest = in_year(today, today.year() + 50);
  absl::CivilSecond date = absl::ToCivilSecond(time, utc);
  date = in_year(date, (today.year() / 100 + 1) * 100 + date.year() % 100);
  while (date > latest) date = in_year(date, date.year() - 100);
  return absl::FromCivil(date, utc);
}

}  // namespace tamarack::http
