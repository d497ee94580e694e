#pragma once

#include <string_view>

namespace tamarack::pages {

// Whether `text` stands before `other` in a list in `language` ("en" or "fr") as Canadians sort it
// (CLDR's en-CA and fr-CA): Île between Colombie and Manitoba, not behind Yukon.
bool SortsBefore(std::string_view language, std::string_view text, std::string_view other);

}  // namespace tamarack::pages
