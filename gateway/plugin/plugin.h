#pragma once

#include <string>
#include <vector>

namespace tamarack::gateway {

// What is known of a plug-in: a back end that is not the platform's own, hence trusted with no more
// than stands here.
struct Plugin {
  std::string owner;  // Id of the ministry, as identity names it.
  // Where its pages live, apart from everybody else's cookies and scripts (`https://host`); empty:
  // it has none.
  std::string pages_origin = {};
  std::vector<std::string> cookies = {};  // That it may set and be shown, by name.
};

}  // namespace tamarack::gateway
