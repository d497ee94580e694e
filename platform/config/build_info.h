#pragma once

#include <string_view>

namespace tamarack::config {

struct BuildInfo {
  std::string_view version;     // `0.3.0`
  std::string_view commit;      // 12 hex digits, in release builds; else `unknown`
  std::string_view build_type;  // `Release`, `Debug`
};

// What this program was built from (cmake/build_info.cmake).
const BuildInfo& ThisBuild();

}  // namespace tamarack::config
