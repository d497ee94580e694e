#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// What google.protobuf.Timestamp and Duration hold.
struct SecondsAndNanos {
  int64_t seconds = 0;
  int32_t nanos = 0;
};

// RFC 3339 in upper case, with `Z` or an offset, years 1 to 9999, at most nine decimals.
std::optional<SecondsAndNanos> ParseTimestamp(std::string_view text);
// In UTC with 0, 3, 6 or 9 decimals; nothing for what no timestamp can be.
std::optional<std::string> PrintTimestamp(SecondsAndNanos time);

// `-1.5s`; within ±315,576,000,000.999999999 s.
std::optional<SecondsAndNanos> ParseDuration(std::string_view text);
std::optional<std::string> PrintDuration(SecondsAndNanos duration);

// `display_name,address.city`: proto names; lowerCamel names are turned into them. The mask `*` is
// allowed (AIP-134).
std::optional<std::vector<std::string>> ParseFieldMask(std::string_view text);
// A path in lowerCamel, as protobuf's JSON mapping writes it.
std::string CamelCasePath(std::string_view path);

}  // namespace tamarack::gateway
