#pragma once

#include "platform/pages/pages.h"

#include <string_view>

namespace tamarack::pages {

// The answer to a form of ours that ends at another site: a page that leads on to `url` (absolute,
// already checked) by itself. Browsers hold a page's form-action against every redirect that its
// form's post goes through, also those of the other site, which nobody here knows; where `url` is
// may even have no form of writing there (`http://[::1]/`). A page ends that chain; a redirect
// would not. `path` is where the page is read in the other language (Page::Path).
Page LeadOutPage(std::string_view language, std::string_view url, std::string_view path);

}  // namespace tamarack::pages
