#include "gateway/codec/well_known.h"

#include "platform/base/timestamp_range.h"

#include <absl/strings/ascii.h>
#include <fmt/core.h>

#include <chrono>

namespace tamarack::gateway {
namespace {

constexpr int64_t kDurationSecondsMax = 315'576'000'000;
constexpr int32_t kNanosMax = 999'999'999;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes exactly `count` digits off the front.
bool TakeDigits(std::string_view* text, size_t count, int* value) {
  if (text->size() < count) return false;
  *value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsDigit((*text)[i])) return false;
    *value = *value * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(count);
  return true;
}

bool Take(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// `.5`, up to nine decimals; nothing at all is zero.
bool TakeFraction(std::string_view* text, int32_t* nanos) {
  *nanos = 0;
  if (!Take(text, '.')) return true;
  int digits = 0;
  for (; !text->empty() && IsDigit(text->front()); ++digits, text->remove_prefix(1)) {
    if (digits == 9) return false;
    *nanos = *nanos * 10 + (text->front() - '0');
  }
  if (digits == 0) return false;
  for (; digits < 9; ++digits) *nanos *= 10;
  return true;
}

// The shortest of 0, 3, 6 or 9 decimals that loses nothing.
std::string PrintFraction(int32_t nanos) {
  if (nanos == 0) return "";
  if (nanos % 1'000'000 == 0) return fmt::format(".{:03}", nanos / 1'000'000);
  if (nanos % 1'000 == 0) return fmt::format(".{:06}", nanos / 1'000);
  return fmt::format(".{:09}", nanos);
}

// Seconds east of UTC.
bool TakeOffset(std::string_view* text, int* offset_seconds) {
  *offset_seconds = 0;
  if (Take(text, 'Z')) return true;
  int sign = Take(text, '+') ? 1 : Take(text, '-') ? -1 : 0;
  int hours = 0, minutes = 0;
  if (sign == 0 || !TakeDigits(text, 2, &hours) || !Take(text, ':') ||
      !TakeDigits(text, 2, &minutes))
    return false;
  *offset_seconds = sign * (hours * 3600 + minutes * 60);
  return hours < 24 && minutes < 60;
}

}  // namespace

std::optional<SecondsAndNanos> ParseTimestamp(std::string_view text) {
  int year, month, day, hour, minute, second, offset;
  SecondsAndNanos time;
  bool ok = TakeDigits(&text, 4, &year) && Take(&text, '-') && TakeDigits(&text, 2, &month) &&
            Take(&text, '-') && TakeDigits(&text, 2, &day) && Take(&text, 'T') &&
            TakeDigits(&text, 2, &hour) && Take(&text, ':') && TakeDigits(&text, 2, &minute) &&
            Take(&text, ':') && TakeDigits(&text, 2, &second) && TakeFraction(&text, &time.nanos) &&
            TakeOffset(&text, &offset) && text.empty();
  if (!ok || hour > 23 || minute > 59 || second > 59 || year < 1) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(year),
                                   std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  time.seconds = days * 86'400 + int64_t{hour} * 3600 + int64_t{minute} * 60 + second - offset;
  if (time.seconds < kTimestampSecondsMin || time.seconds > kTimestampSecondsMax)
    return std::nullopt;
  return time;
}

std::optional<std::string> PrintTimestamp(SecondsAndNanos time) {
  bool is_valid = time.seconds >= kTimestampSecondsMin && time.seconds <= kTimestampSecondsMax &&
                  time.nanos >= 0 && time.nanos <= kNanosMax;
  if (!is_valid) return std::nullopt;
  int64_t days = time.seconds / 86'400, rest = time.seconds % 86'400;
  if (rest < 0) {
    rest += 86'400;
    --days;
  }
  std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     rest / 3600, rest / 60 % 60, rest % 60, PrintFraction(time.nanos));
}

std::optional<SecondsAndNanos> ParseDuration(std::string_view text) {
  bool negative = Take(&text, '-');
  SecondsAndNanos duration;
  size_t digits = 0;
  for (; !text.empty() && IsDigit(text.front()); ++digits, text.remove_prefix(1)) {
    duration.seconds = duration.seconds * 10 + (text.front() - '0');
    if (duration.seconds > kDurationSecondsMax) return std::nullopt;
  }
  if (digits == 0 || !TakeFraction(&text, &duration.nanos) || text != "s") return std::nullopt;
  if (negative) return SecondsAndNanos{-duration.seconds, -duration.nanos};
  return duration;
}

std::optional<std::string> PrintDuration(SecondsAndNanos duration) {
  bool negative = duration.seconds < 0 || duration.nanos < 0;
  bool is_positive = duration.seconds > 0 || duration.nanos > 0;
  bool is_valid = !(negative && is_positive) && duration.seconds >= -kDurationSecondsMax &&
                  duration.seconds <= kDurationSecondsMax && duration.nanos >= -kNanosMax &&
                  duration.nanos <= kNanosMax;
  if (!is_valid) return std::nullopt;
  return fmt::format("{}{}{}s", negative ? "-" : "",
                     negative ? -duration.seconds : duration.seconds,
                     PrintFraction(negative ? -duration.nanos : duration.nanos));
}

std::string CamelCasePath(std::string_view path) {
  std::string camel;
  bool is_after_underscore = false;
  for (char c : path) {
    bool is_underscore = c == '_';
    if (!is_underscore)
      camel += is_after_underscore ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
    is_after_underscore = is_underscore;
  }
  return camel;
}

std::optional<std::vector<std::string>> ParseFieldMask(std::string_view text) {
  std::vector<std::string> paths;
  if (text.empty()) return paths;
  while (true) {
    size_t comma = text.find(',');
    std::string path;
    for (char c : text.substr(0, comma)) {
      if (absl::ascii_isupper(static_cast<unsigned char>(c))) {
        if (path.empty() || path.back() == '.') return std::nullopt;
        path += '_';
        c = absl::ascii_tolower(static_cast<unsigned char>(c));
      }
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '*')
        return std::nullopt;
      path += c;
    }
    if (path.empty()) return std::nullopt;
    paths.push_back(std::move(path));
    if (comma == std::string_view::npos) return paths;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace tamarack::gateway
