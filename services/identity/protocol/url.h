// URLs: query strings in and out, and where a person may be sent.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::identity {

using QueryParams = std::vector<std::pair<std::string, std::string>>;

// application/x-www-form-urlencoded: `+` is a space. A text with a broken escape stays as it is.
std::string FormDecode(std::string_view text);

QueryParams ParseQuery(std::string_view query);
// `uri` with the parameters added to whatever query it has.
std::string AppendQuery(std::string_view uri, const QueryParams& params);

// `return_to` if it is a path of this site, else `fallback`. A browser reads `//host`, `/\host` and
// control characters in ways that lead elsewhere.
std::string SafeReturnTo(std::string_view return_to, std::string_view fallback);

}  // namespace tamarack::identity
