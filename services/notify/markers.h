#pragma once

#include <string>
#include <string_view>

namespace tamarack::notify {

// `markdown` with CommonMark's markers at the start of lines in place of those that only GOV.UK
// Notify knows: `^` for insets, `•` and `‣` for bullets, and lists without a space (`*one`, `-one`,
// `1.one`). The latter begin where a paragraph may begin, and only where a letter follows: `-5` and
// `1.5` are numbers, and `*one*` is emphasis. Of markers in one another a line keeps the first 50.
std::string WithCommonMarkers(std::string_view markdown);

}  // namespace tamarack::notify
