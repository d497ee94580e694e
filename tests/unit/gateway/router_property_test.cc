// Routing does not depend on the order in which routes were added: random templates, added in
// random orders, and a matcher that tries every template by itself.
#include "gateway/routing/router.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

namespace tamarack::gateway {
namespace {

using Kind = PathTemplate::Segment::Kind;

struct Candidate {
  std::string method;
  PathTemplate path_template;
};

class Maker {
 public:
  explicit Maker(uint32_t seed) : random(seed) {}

  size_t Below(size_t bound) { return random() % bound; }

  // Templates over a small alphabet, so that they compete; no two are equal.
  std::vector<Candidate> Candidates() {
    constexpr const char* kSegments[] = {"a", "b", "*", "{x}", "{y=a/*}", "c", "**", "{z=**}"};
    std::map<std::string, Candidate> unique;
    for (int i = 0; i < 12; ++i) {
      std::string text;
      for (size_t count = Below(4) + 1; count > 0; --count)
        text += std::string("/") + kSegments[Below(std::size(kSegments))];
      if (Below(4) == 0) text += ":v";
      auto parsed = ParseTemplate(text);
      if (!parsed.ok()) continue;
      std::string method = Below(5) == 0 ? "*" : Below(2) == 0 ? "GET" : "POST";
      std::string key = method + " " + parsed->Pattern();
      unique.emplace(key, Candidate{method, *std::move(parsed)});
    }
    std::vector<Candidate> candidates;
    for (auto& [key, candidate] : unique) candidates.push_back(std::move(candidate));
    return candidates;
  }

  std::string Path() {
    constexpr const char* kSegments[] = {"a", "b", "c", "d", "a:v", "%61"};
    std::string path;
    for (size_t count = Below(5) + 1; count > 0; --count)
      path += std::string("/") + kSegments[Below(std::size(kSegments))];
    return path;
  }

  std::mt19937 random;
};

// True if the template's segments from `i` on take the path's from `j` on.
bool Takes(const PathTemplate& path_template, size_t i, const std::vector<std::string>& path,
           size_t j) {
  if (i == path_template.segments.size()) return j == path.size();
  const auto& segment = path_template.segments[i];
  if (segment.kind == Kind::kDoubleStar) {
    for (size_t next = j; next <= path.size(); ++next) {
      if (Takes(path_template, i + 1, path, next)) return true;
    }
    return false;
  }
  if (j == path.size() || (segment.kind == Kind::kLiteral && segment.literal != path[j]))
    return false;
  return Takes(path_template, i + 1, path, j + 1);
}

bool IsTakenByAny(const std::vector<Candidate>& candidates, const std::string& method,
                  const PathSegments& path) {
  std::vector<std::string> stripped = path.decoded;
  bool has_verb = stripped.back().ends_with(":v");
  if (has_verb) stripped.back().resize(stripped.back().size() - 2);
  return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
    if (candidate.method != method && candidate.method != "*") return false;
    if (candidate.path_template.verb.empty())
      return Takes(candidate.path_template, 0, path.decoded, 0);
    return has_verb && Takes(candidate.path_template, 0, stripped, 0);
  });
}

TEST_CASE("routes are found whatever their order", "[gateway][property]") {
  uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  Maker maker(seed);
  int found = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<Candidate> candidates = maker.Candidates();
    std::vector<int> order(candidates.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    Router routers[3];
    for (Router& router : routers) {
      std::shuffle(order.begin(), order.end(), maker.random);
      for (int i : order) {
        const Candidate& candidate = candidates[static_cast<size_t>(i)];
        REQUIRE(router.Add(candidate.method, candidate.path_template, i, "route").ok());
      }
    }
    for (int i = 0; i < 40; ++i) {
      std::string path = maker.Path();
      PathSegments segments;
      REQUIRE_FALSE(SplitPath(path, &segments));
      std::string method = maker.Below(2) == 0 ? "GET" : "POST";
      INFO(method << " " << path);
      Router::Match first = routers[0].Find(method, segments);
      bool is_found = first.kind == Router::Match::Kind::kFound;
      found += is_found;
      REQUIRE(is_found == IsTakenByAny(candidates, method, segments));
      for (const Router& router : routers) {
        Router::Match match = router.Find(method, segments);
        REQUIRE(match.kind == first.kind);
        REQUIRE(match.target == first.target);
        REQUIRE(router.Allowed(segments) == routers[0].Allowed(segments));
      }
    }
  }
  CHECK(found > 1000);
}

}  // namespace
}  // namespace tamarack::gateway
