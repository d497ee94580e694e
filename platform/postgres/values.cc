#include "platform/postgres/values.h"

#include "platform/base/status.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace tamarack::pg {
namespace {

using std::chrono::microseconds;

template <class N>
N ParseNumber(std::string_view text) {
  N number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// What std::chrono::year counts to.
constexpr int kYearMax = 32767;

// "2026-11-24 09:30:00.25+00" as the sessions print it: ISO style, UTC, years 1 to 9999 and beyond.
int64_t ParseTimeMicros(std::string_view text) {
  if (text.empty()) return 0;
  if (text == "infinity") return std::numeric_limits<int64_t>::max();
  if (text == "-infinity") return std::numeric_limits<int64_t>::min();
  size_t dash = text.find('-');
  int year = ParseNumber<int>(text.substr(0, dash));
  if (year > kYearMax) return std::numeric_limits<int64_t>::max();
  if (text.ends_with(" BC")) year = 1 - year;
  std::string_view rest = text.substr(dash + 1);  // "11-24 09:30:00.25+00"
  if (dash == std::string_view::npos || rest.size() < 14) return 0;
  auto two = [&](size_t at) { return ParseNumber<int>(rest.substr(at, 2)); };
  std::chrono::sys_days day = std::chrono::year(year) / two(0) / two(3);
  int64_t micros = microseconds(day.time_since_epoch()).count();
  micros += (two(6) * 3600LL + two(9) * 60LL + two(12)) * 1'000'000;
  if (rest.size() > 15 && rest[14] == '.') {
    int64_t unit = 100'000;
    for (size_t i = 15; i < rest.size() && rest[i] >= '0' && rest[i] <= '9'; ++i, unit /= 10) {
      micros += (rest[i] - '0') * unit;
    }
  }
  return micros;
}

std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

}  // namespace

std::string Params::EncodeDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

std::string Params::EncodeBytes(std::string_view octets) {
  return "\\x" + absl::BytesToHexString(ToAbsl(octets));
}

std::string Params::EncodeTime(TimePoint time) {
  using std::chrono::sys_days;
  // PostgreSQL's own range begins in 4714 BC.
  constexpr TimePoint kMin = sys_days(std::chrono::year(-4712) / 1 / 1);
  constexpr TimePoint kEnd = sys_days(std::chrono::year(kYearMax) / 12 / 31);
  if (time < kMin) return "-infinity";
  if (time >= kEnd) return "infinity";
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(time - day);
  int year(date.year());
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00{}", year > 0 ? year : 1 - year,
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count(),
                     year > 0 ? "" : " BC");
}

std::string Params::EncodeArray(std::span<const std::optional<std::string>> items) {
  std::string array = "{";
  for (const auto& item : items) {
    if (array.size() > 1) array += ',';
    array += item ? Quote(*item) : "NULL";
  }
  return array += '}';
}

int64_t Rows::affected() const {
  return ParseNumber<int64_t>(PQcmdTuples(result_.get()));
}

std::string_view Rows::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

std::optional<std::string> Rows::OptionalText(int row, int column) const {
  if (IsNull(row, column)) return std::nullopt;
  return std::string(Text(row, column));
}

int64_t Rows::Int(int row, int column) const {
  return ParseNumber<int64_t>(Text(row, column));
}

double Rows::Double(int row, int column) const {
  return ParseNumber<double>(Text(row, column));
}

std::string Rows::Bytes(int row, int column) const {
  std::string_view hex = Text(row, column);
  if (!hex.starts_with("\\x")) return {};
  return absl::HexStringToBytes(ToAbsl(hex.substr(2)));
}

int64_t Rows::TimeMicros(int row, int column) const {
  return ParseTimeMicros(Text(row, column));
}

std::vector<std::string> Rows::TextArray(int row, int column) const {
  std::string_view text = Text(row, column);
  std::vector<std::string> items;
  if (text.size() <= 2) return items;
  text = text.substr(1, text.size() - 2);
  for (size_t i = 0; i <= text.size(); ++i) {
    std::string item;
    bool is_quoted = i < text.size() && text[i] == '"';
    if (is_quoted) {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
        item += text[i];
      }
      ++i;  // the closing quote; now at the comma or the end
    } else {
      while (i < text.size() && text[i] != ',') item += text[i++];
      if (item == "NULL") item.clear();
    }
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace tamarack::pg
