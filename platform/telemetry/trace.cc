#include "platform/telemetry/trace.h"

#include "platform/base/random.h"
#include "platform/base/status.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <span>

namespace tamarack::telemetry {
namespace {

constexpr size_t kLength = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

std::string RandomId(size_t bytes) {
  std::array<uint8_t, 16> random{};
  do FillRandom(std::span(random).first(bytes));
  while (std::ranges::all_of(random, [](uint8_t byte) { return byte == 0; }));
  return absl::BytesToHexString({reinterpret_cast<const char*>(random.data()), bytes});
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return std::nullopt;
  }
  std::string_view version = header.substr(0, 2), trace = header.substr(3, 32);
  std::string_view span = header.substr(36, 16), flags = header.substr(53, 2);
  if (!IsLowerHex(version) || version == "ff" || !IsLowerHex(flags)) return std::nullopt;
  if (!IsId(trace) || !IsId(span)) return std::nullopt;
  // Version 00 ends here; a later one may go on, after a dash.
  bool goes_on = header.size() > kLength;
  if (goes_on && (version == "00" || header[kLength] != '-')) return std::nullopt;
  auto bits = static_cast<uint8_t>(absl::HexStringToBytes(ToAbsl(flags))[0]);
  return TraceContext{std::string(trace), std::string(span), bits};
}

TraceContext NewTrace(bool sampled) {
  return {RandomId(16), RandomId(8), static_cast<uint8_t>(sampled ? 1 : 0)};
}

TraceContext ChildOf(const TraceContext& parent) {
  return {parent.trace_id, RandomId(8), parent.flags};
}

std::string FormatTraceparent(const TraceContext& context) {
  // Version 00 defines this bit only.
  return absl::StrCat("00-", context.trace_id, "-", context.span_id, "-0", context.flags & 1);
}

}  // namespace tamarack::telemetry
