// Percent coding (RFC 3986 section 2), the only one there is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tamarack {

// Encodes all but unreserved characters (section 2.3): for one value of a query or one path
// segment.
std::string PercentEncode(std::string_view text);
// Leaves slashes, too.
std::string PercentEncodePath(std::string_view text);

// Replaces %XX by its byte; nothing when an escape is broken. `plus_is_space` for queries and
// forms.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

}  // namespace tamarack
