// JSON for signed texts: what a lenient parser would read in two ways is refused.
#pragma once

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tamarack::crypto {

// Parses one JSON object: no duplicate member at any depth, no number beyond a double, at most 16
// levels, valid UTF-8.
absl::StatusOr<boost::json::object> ParseStrictObject(std::string_view text);

// The string member `name`, or "" when it is absent or no string.
std::string_view StringMember(const boost::json::object& object, std::string_view name);

// The member `name` as a NumericDate of JWT (RFC 7519 section 2): seconds since 1970, a fraction of
// which is cut off. Nothing when it is absent, no number, or a time before 1970 or after 9999, so
// that two can be added and compared without overflow.
std::optional<int64_t> NumericDate(const boost::json::object& object, std::string_view name);

}  // namespace tamarack::crypto
