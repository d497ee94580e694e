#pragma once

#include <string>
#include <string_view>

namespace tamarack {

// Percent-encodes all but unreserved characters (RFC 3986 section 2.3): for one value of a query or
// one path segment.
std::string PercentEncode(std::string_view text);

}  // namespace tamarack
