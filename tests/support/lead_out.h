#pragma once

#include <absl/strings/str_replace.h>

#include <string>

namespace tamarack::testing {

// Where a page leads by itself; "" where it does not.
inline std::string LedTo(const std::string& page) {
  constexpr std::string_view kBefore = "<meta http-equiv=\"refresh\" content=\"0; url=";
  size_t at = page.find(kBefore);
  if (at == std::string::npos) return "";
  at += kBefore.size();
  return absl::StrReplaceAll(page.substr(at, page.find('"', at) - at), {{"&amp;", "&"}});
}

}  // namespace tamarack::testing
