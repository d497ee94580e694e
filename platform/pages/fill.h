#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tamarack::pages {

// A catalogue's text ready for the page: `~` becomes a NO-BREAK SPACE, `{NAME}` what `value_of`
// gives (left as it stands when that is null). Values are not looked into again.
std::string Fill(std::string_view text,
                 const std::function<const std::string*(std::string_view)>& value_of);

}  // namespace tamarack::pages
