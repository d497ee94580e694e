#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// A path template of google.api.http, parsed:
//   Template  = "/" [ Segments ] [ ":" LITERAL ]
//   Segments  = Segment { "/" Segment }
//   Segment   = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}"
//   FieldPath = IDENT { "." IDENT }
// with no nested variables, at most one `**` and nothing but literals after it.
struct PathTemplate {
  struct Segment {
    enum class Kind { kLiteral, kStar, kDoubleStar };
    Kind kind;
    std::string literal;  // Decoded.
  };
  // Binds the segments [first, first + count) of the template to a field.
  struct Variable {
    std::vector<std::string> field_path;
    size_t first;
    size_t count;
    // More than one segment, or `**`: an escaped slash stays escaped, so that it cannot forge a
    // deeper resource name.
    bool is_multi;
  };

  std::string text;
  std::vector<Segment> segments;
  std::vector<Variable> variables;
  std::string verb;

  // The template without variable names, for example `/v1/payments/*:cancel`: templates with the
  // same pattern are equal.
  std::string Pattern() const;
};

absl::StatusOr<PathTemplate> ParseTemplate(std::string_view text);

// Whether all that it matches is at one of these paths or below; a segment that is a variable is
// written `*`. Without any it is.
bool IsWithin(const PathTemplate& one, const std::vector<std::string>& paths);

// Whether there may be paths that both match and that go to `a`, verbs aside: where the two part it
// is the more exact one (Router), or they do not part at all. `lang` is `en` or `fr`.
bool MayTakeFrom(const PathTemplate& a, const PathTemplate& b);

}  // namespace tamarack::gateway
