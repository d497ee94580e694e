#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::http {

// A value of Content-Type (RFC 9110 section 8.3.1).
struct MediaType {
  std::string essence;                                          // `type/subtype` in lower case.
  std::vector<std::pair<std::string, std::string>> parameters;  // Names in lower case.

  // Null when there is none of this name.
  const std::string* Find(std::string_view parameter) const;
};

// Nothing where it is no media type, or names a parameter twice.
std::optional<MediaType> ParseMediaType(std::string_view text);

// What stands before the parameters, as it was sent.
std::string_view EssenceOf(std::string_view content_type);

}  // namespace tamarack::http
