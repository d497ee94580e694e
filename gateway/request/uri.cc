#include "gateway/request/uri.h"

#include "platform/base/url.h"

#include <simdjson.h>

namespace tamarack::gateway {
namespace {

// Dots hidden behind escaped slashes count too: `..%2f..` must not reach a service as `../..`.
bool HasDotSegment(std::string_view segment) {
  while (true) {
    size_t slash = segment.find_first_of("/\\");
    std::string_view part = segment.substr(0, slash);
    if (part == "." || part == "..") return true;
    if (slash == std::string_view::npos) return false;
    segment.remove_prefix(slash + 1);
  }
}

}  // namespace

bool IsUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

Refusal SplitPath(std::string_view path, PathSegments* segments) {
  constexpr auto kPath = InputError::Source::kPath;
  if (path == "/") return {};
  path.remove_prefix(1);
  while (true) {
    size_t slash = path.find('/');
    std::string_view raw = path.substr(0, slash);
    auto decoded = PercentDecode(raw, false);
    if (!decoded) return InputError{Reason::kInvalidEscape, kPath};
    if (decoded->find('\0') != std::string::npos) return InputError{Reason::kNulCharacter, kPath};
    if (!IsUtf8(*decoded)) return InputError{Reason::kInvalidUtf8, kPath};
    if (HasDotSegment(*decoded)) return InputError{Reason::kDotSegment, kPath};
    bool is_last = slash == std::string_view::npos;
    // `/v1/:verb` has an empty segment before its verb; only `/:verb` belongs to the root.
    bool is_bare_verb = is_last && raw.starts_with(':') && !segments->raw.empty();
    if (raw.empty() || is_bare_verb) segments->has_empty = true;
    segments->raw.push_back(raw);
    segments->decoded.push_back(*std::move(decoded));
    if (is_last) return {};
    path.remove_prefix(slash + 1);
  }
}

Refusal SplitParameters(std::string_view text, InputError::Source source, Parameters* parameters,
                        absl::FunctionRef<bool(const std::string& name)> is_ignored) {
  size_t count = 0;  // of what is ignored, too, which costs as much
  while (!text.empty()) {
    size_t ampersand = text.find('&');
    std::string_view pair = text.substr(0, ampersand);
    text.remove_prefix(ampersand == std::string_view::npos ? text.size() : ampersand + 1);
    if (pair.empty()) continue;
    if (++count > kParametersMax) {
      return InputError{Reason::kTooManyParameters, source, {}, std::to_string(kParametersMax)};
    }
    size_t equals = pair.find('=');
    auto name = PercentDecode(pair.substr(0, equals), true);
    auto value =
        PercentDecode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!name || !value || !IsUtf8(*name) || !IsUtf8(*value)) {
      if (is_ignored(name ? *name : std::string(pair.substr(0, equals)))) continue;
      return InputError{name && value ? Reason::kInvalidUtf8 : Reason::kInvalidEscape, source};
    }
    parameters->emplace_back(*std::move(name), *std::move(value));
  }
  return {};
}

}  // namespace tamarack::gateway
