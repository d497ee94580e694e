#include "gateway/request/deadline.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace tamarack::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeoutDefault{10'000};

// Digits only, no more than `digits_max`.
std::optional<int64_t> ParseDigits(std::string_view text, size_t digits_max) {
  int64_t value = 0;
  if (text.empty() || text.size() > digits_max || text[0] < '0' || text[0] > '9') return {};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<milliseconds> ParseSeconds(std::string_view text) {
  size_t dot = text.find('.');
  auto seconds = ParseDigits(text.substr(0, dot), 9);
  if (!seconds) return {};
  milliseconds time(*seconds * 1000);
  if (dot != std::string_view::npos) {
    std::string thousandths(text.substr(dot + 1));
    size_t given = thousandths.size();
    if (given == 0 || given > 3) return {};
    thousandths.resize(3, '0');
    auto more = ParseDigits(thousandths, 3);
    if (!more) return {};
    time += milliseconds(*more);
  }
  if (time.count() == 0) return {};
  return time;
}

}  // namespace

std::optional<milliseconds> CallTimeout(const Visit& visit, const api::v1::MethodPolicy& policy) {
  milliseconds time = policy.timeout_ms() > 0 ? milliseconds(policy.timeout_ms()) : kTimeoutDefault;
  auto asked = visit.request.headers.GetAll(kRequestTimeoutHeader);
  if (asked.empty()) return time;
  auto wanted = asked.size() == 1 ? ParseSeconds(asked[0]) : std::nullopt;
  if (!wanted) return {};
  return std::min(time, *wanted);
}

}  // namespace tamarack::gateway
