#pragma once

#include "gateway/request/messages.h"

#include <absl/functional/function_ref.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::gateway {

// Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// A path split at its raw slashes. `decoded[i]` belongs to `raw[i]`.
struct PathSegments {
  std::vector<std::string_view> raw;
  std::vector<std::string> decoded;
  // An empty segment (double or trailing slash) never matches a route.
  bool has_empty = false;
};

// Splits first and decodes afterwards, so that %2F never makes a segment. Refuses broken escapes,
// bad UTF-8, NUL and dot segments, also those that decoding uncovers. `path` must start with a
// slash.
Refusal SplitPath(std::string_view path, PathSegments* segments);

using Parameters = std::vector<std::pair<std::string, std::string>>;

// As many as people's forms and clients' lists need; a body of 1 MiB could hold a quarter million.
inline constexpr size_t kParametersMax = 1000;

// Splits and decodes `a=1&b=2`, of a query (form decoding: `+` is a space) or of a form body. One
// that `is_ignored` by its name is left out where it cannot be decoded: others' trackers are no
// reason to refuse.
Refusal SplitParameters(
    std::string_view text, InputError::Source source, Parameters* parameters,
    absl::FunctionRef<bool(const std::string& name)> is_ignored = [](const std::string&) {
      return false;
    });

}  // namespace tamarack::gateway
