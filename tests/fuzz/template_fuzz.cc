// Path templates: whatever is accepted is consistent with itself and routes its own pattern.
#include "fuzz.h"
#include "gateway/request/uri.h"
#include "gateway/routing/router.h"

#include <string>

using namespace tamarack::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string text(reinterpret_cast<const char*>(bytes), size);
  auto parsed = ParseTemplate(text);
  if (!parsed.ok()) return 0;
  Require(parsed->text == text);
  Require(!parsed->Pattern().empty());
  for (const auto& variable : parsed->variables) {
    Require(variable.count > 0 && variable.first + variable.count <= parsed->segments.size());
  }
  for (const auto& segment : parsed->segments) Require(IsUtf8(segment.literal));

  // A path made from the template finds it, with as many variables.
  std::string path;
  for (const auto& segment : parsed->segments) {
    bool is_literal = segment.kind == PathTemplate::Segment::Kind::kLiteral;
    path += "/";
    for (char c : is_literal ? segment.literal : std::string("x")) {
      constexpr char kHex[] = "0123456789ABCDEF";
      auto byte = static_cast<unsigned char>(c);
      path += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  if (path.empty()) path = "/";
  if (!parsed->verb.empty()) return 0;
  Router router;
  Require(router.Add("GET", *parsed, 7, "one").ok());
  Require(!router.Add("GET", *parsed, 8, "two").ok());
  PathSegments segments;
  if (SplitPath(path, &segments)) return 0;  // a literal may be a dot segment
  Router::Match match = router.Find("GET", segments);
  Require(match.kind == Router::Match::Kind::kFound && match.target == 7);
  Require(match.variables.size() == parsed->variables.size());
  return 0;
}
