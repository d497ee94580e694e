// JSON for signed texts: what a lenient parser would read in two ways is refused.
#pragma once

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>

#include <string_view>

namespace tamarack {

// Parses one JSON object: no duplicate member at any depth, no number beyond a double, at most 16
// levels, valid UTF-8.
absl::StatusOr<boost::json::object> ParseStrictObject(std::string_view text);

// The string member `name`, or "" when it is absent or no string.
std::string_view StringMember(const boost::json::object& object, std::string_view name);

}  // namespace tamarack
