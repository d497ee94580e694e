#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::http {

// `Tue, 24 Nov 2026 12:00:00 GMT`.
std::string FormatHttpDate(long unix_seconds);

// Any of the three forms of RFC 9110 section 5.6.7. A year of two digits is the latest that is no
// more than 50 years after `now`.
std::optional<absl::Time> ParseHttpDate(std::string_view text, absl::Time now);

}  // namespace tamarack::http
