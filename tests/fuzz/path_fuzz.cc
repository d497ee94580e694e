// Paths against the toy service's routes: what a variable holds can forge nothing.
#include "fuzz.h"
#include "gateway/request/uri.h"

#include <algorithm>
#include <string>

using namespace tamarack::gateway;

namespace {

void CheckMatch(const Router::Match& match, const PathSegments& segments) {
  for (const auto& [variable, value] : match.variables) {
    Require(IsUtf8(value) && value.find('\0') == std::string::npos);
    Require(!value.empty() || variable->is_multi);
    auto slashes = std::count(value.begin(), value.end(), '/');
    // Of several segments, a slash is one that separated them.
    Require(!variable->is_multi || static_cast<size_t>(slashes) < segments.raw.size() + 1);
    Require(value != ".." && value != "." && value.find("/../") == std::string::npos &&
            !value.starts_with("../") && !value.ends_with("/.."));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string path(reinterpret_cast<const char*>(bytes), size);
  if (!path.starts_with('/')) path.insert(0, "/");
  PathSegments segments;
  if (SplitPath(path, &segments)) return 0;
  Require(segments.raw.size() == segments.decoded.size());
  const Router& router = FuzzRoutes().router();
  for (std::string_view method : {"GET", "HEAD", "POST", "PATCH", "PURGE", "NONE"}) {
    Router::Match match = router.Find(method, segments);
    if (match.kind == Router::Match::Kind::kFound) CheckMatch(match, segments);
    if (match.kind == Router::Match::Kind::kWrongMethod) Require(!match.allowed.empty());
    if (match.kind == Router::Match::Kind::kNotFound) Require(router.Allowed(segments).empty());
  }
  bool has_get = router.Find("GET", segments).kind == Router::Match::Kind::kFound;
  Require(has_get == (router.Find("HEAD", segments).kind == Router::Match::Kind::kFound));
  return 0;
}
