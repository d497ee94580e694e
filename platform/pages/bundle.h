#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::pages {

// The templates and catalogues of one service (or of the shared layout), embedded into the binary.
// cmake/embed_pages.cmake makes one for every services/<name>/pages:
//   #include "services/<name>/page_bundle.h"   →   tamarack::<name>::PageBundle()
struct Bundle {
  std::string_view domain;                                               // "identity"
  std::vector<std::pair<std::string_view, std::string_view>> templates;  // "sign-in.tpl", its text
  std::string_view en;                                                   // compiled .mo catalogues
  std::string_view fr;
};

}  // namespace tamarack::pages
