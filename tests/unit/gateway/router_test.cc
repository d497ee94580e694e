// Routing: which of several routes a request gets, whatever the order they were added in, and what
// its variables hold.
#include "gateway/routing/router.h"

#include <absl/strings/str_join.h>
#include <catch2/catch.hpp>

#include <algorithm>

namespace tamarack::gateway {
namespace {

// Method and template; a route's target is its position.
const std::vector<std::pair<std::string, std::string>> kRoutes = {
    {"GET", "/"},                         // 0
    {"GET", "/v1/me"},                    // 1
    {"GET", "/v1/{id}"},                  // 2
    {"POST", "/v1/me"},                   // 3
    {"GET", "/v1/{name=kites/*}"},        // 4
    {"GET", "/v1/kites/special"},         // 5
    {"POST", "/v1/{name=kites/*}:land"},  // 6
    {"GET", "/v1/files/{path=**}"},       // 7
    {"GET", "/v1/files/{path=**}/meta"},  // 8
    {"GET", "/v1/{a}/x/{b}"},             // 9
    {"GET", "/v1/a/{c}/y"},               // 10
    {"PURGE", "/v1/{id}"},                // 11
    {"*", "/any/{id}"},                   // 12
    {"GET", "/any/{id}"},                 // 13
    {"POST", "/v1/kites:batch"},          // 14
    {"GET", "/{lang}/sign-in"},           // 15
    {"GET", "/deep/{name=a/*/b/**}"},     // 16
    {"DELETE", "/v1/{name=kites/*}"},     // 17
    {"GET", "/a%20b/{id}"},               // 18
    {"GET", "/v1/{id}:peek"},             // 19
};

Router MakeRouter(bool reversed) {
  Router router;
  for (size_t n = 0; n < kRoutes.size(); ++n) {
    size_t i = reversed ? kRoutes.size() - 1 - n : n;
    auto status = router.Add(kRoutes[i].first, *ParseTemplate(kRoutes[i].second),
                             static_cast<int>(i), "Method");
    REQUIRE(status.ok());
  }
  return router;
}

std::string Variables(const Router::Match& match) {
  std::vector<std::string> parts;
  for (const auto& [variable, value] : match.variables) {
    parts.push_back(absl::StrJoin(variable->field_path, ".") + "=" + value);
  }
  return absl::StrJoin(parts, " ");
}

TEST_CASE("a request gets the most specific route, in whatever order routes were added",
          "[gateway]") {
  auto reversed = GENERATE(false, true);
  Router router = MakeRouter(reversed);
  auto [method, path, target, variables] =
      GENERATE(table<const char*, const char*, int, const char*>({
          {"GET", "/", 0, ""},
          {"GET", "/v1/me", 1, ""},
          {"HEAD", "/v1/me", 1, ""},
          {"GET", "/v1/you", 2, "id=you"},
          {"POST", "/v1/me", 3, ""},
          {"GET", "/v1/kites/7", 4, "name=kites/7"},
          {"GET", "/v1/kites/special", 5, ""},
          {"DELETE", "/v1/kites/special", 17, "name=kites/special"},
          {"POST", "/v1/kites/7:land", 6, "name=kites/7"},
          {"GET", "/v1/kites/7:land", 4, "name=kites/7:land"},
          {"GET", "/v1/kites/7%3Aland", 4, "name=kites/7:land"},
          {"POST", "/v1/kites:batch", 14, ""},
          {"GET", "/v1/x:peek", 19, "id=x"},
          {"GET", "/v1/x:y:peek", 19, "id=x:y"},
          {"GET", "/v1/x:poke", 2, "id=x:poke"},
          {"GET", "/v1/x%3Apeek", 2, "id=x:peek"},
          {"GET", "/v1/files/a", 7, "path=a"},
          {"GET", "/v1/files/a/b/c", 7, "path=a/b/c"},
          {"GET", "/v1/files", 7, "path="},
          {"GET", "/v1/files/a/b/meta", 8, "path=a/b"},
          {"GET", "/v1/files/meta/meta", 8, "path=meta"},
          {"GET", "/v1/files/a%2Fb", 7, "path=a%2Fb"},
          {"GET", "/v1/files/a%2fb", 7, "path=a%2Fb"},
          {"GET", "/v1/kites/a%2Fb", 4, "name=kites/a%2Fb"},
          {"GET", "/v1/a%2Fb", 2, "id=a/b"},
          {"GET", "/v1/caf%C3%A9", 2, "id=café"},
          {"GET", "/v1/a+b", 2, "id=a+b"},
          {"GET", "/v1/a/x/2", 9, "a=a b=2"},
          {"GET", "/v1/a/1/y", 10, "c=1"},
          {"GET", "/v1/a/x/y", 10, "c=x"},
          {"PURGE", "/v1/7", 11, "id=7"},
          {"BREW", "/any/7", 12, "id=7"},
          {"POST", "/any/7", 12, "id=7"},
          {"GET", "/any/7", 13, "id=7"},
          {"GET", "/fr/sign-in", 15, "lang=fr"},
          {"GET", "/deep/a/1/b", 16, "name=a/1/b"},
          {"GET", "/deep/a/1/b/c/d", 16, "name=a/1/b/c/d"},
          {"GET", "/a%20b/7", 18, "id=7"},
          {"GET", "/v1/%6De", 1, ""},
      }));
  INFO(method << " " << path);
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(path, &segments));
  Router::Match match = router.Find(method, segments);
  REQUIRE(match.kind == Router::Match::Kind::kFound);
  CHECK(match.target == target);
  CHECK(Variables(match) == variables);
}

TEST_CASE("an unknown path is not found", "[gateway]") {
  Router router = MakeRouter(false);
  std::string path = GENERATE(
      values<std::string>({"/v2", "/v1", "/v1/", "/v1/me/", "/v1//me", "//", "/v1/kites/7/8",
                           "/v1/:peek", "/sign-in", "/deep/a", "/V1/me/x/y/z"}));
  INFO(path);
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(path, &segments));
  CHECK(router.Find("GET", segments).kind == Router::Match::Kind::kNotFound);
}

TEST_CASE("a known path with another method is told which methods there are", "[gateway]") {
  Router router = MakeRouter(false);
  auto [method, path, allowed] = GENERATE(table<const char*, const char*, const char*>({
      {"DELETE", "/v1/me", "GET, HEAD, OPTIONS, POST, PURGE"},
      {"PUT", "/v1/kites/7", "DELETE, GET, HEAD, OPTIONS"},
      {"POST", "/", "GET, HEAD, OPTIONS"},
      {"GET", "/v1/kites:batch/x", ""},
      {"get", "/v1/me", "GET, HEAD, OPTIONS, POST, PURGE"},
      {"PUT", "/v1/kites/7:land", "DELETE, GET, HEAD, OPTIONS, POST"},
  }));
  INFO(method << " " << path);
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(path, &segments));
  Router::Match match = router.Find(method, segments);
  CHECK(match.kind != Router::Match::Kind::kFound);
  CHECK(absl::StrJoin(match.allowed, ", ") == allowed);
}

TEST_CASE("two equal templates are refused with both names", "[gateway]") {
  auto [first, second, is_equal] = GENERATE(table<const char*, const char*, bool>({
      {"/v1/{a}", "/v1/{b}", true},
      {"/v1/{a}", "/v1/*", true},
      {"/v1/{a=x/*}", "/v1/x/{b}", true},
      {"/v1/x", "/v1/%78", true},
      {"/v1/{a}", "/v1/{a}:go", false},
      {"/v1/{a=**}", "/v1/{a=*}", false},
  }));
  INFO(first << " and " << second);
  Router router;
  REQUIRE(router.Add("GET", *ParseTemplate(first), 0, "First").ok());
  absl::Status status = router.Add("GET", *ParseTemplate(second), 1, "Second");
  CHECK(status.ok() == !is_equal);
  if (is_equal) {
    CHECK(std::string(status.message()).find("First and Second") != std::string::npos);
  }
  CHECK(router.Add("POST", *ParseTemplate(second), 2, "Third").ok());
}

TEST_CASE("a path that could mean something else is refused before routing", "[gateway]") {
  auto [path, reason] = GENERATE(table<const char*, Reason>({
      {"/v1/.", Reason::kDotSegment},
      {"/v1/..", Reason::kDotSegment},
      {"/v1/../x", Reason::kDotSegment},
      {"/v1/%2e%2e/x", Reason::kDotSegment},
      {"/v1/%2E", Reason::kDotSegment},
      {"/v1/..%2f..", Reason::kDotSegment},
      {"/v1/a%2F..%2Fb", Reason::kDotSegment},
      {"/v1/..%5C..", Reason::kDotSegment},
      {"/v1/%00", Reason::kNulCharacter},
      {"/v1/%zz", Reason::kInvalidEscape},
      {"/v1/%", Reason::kInvalidEscape},
      {"/v1/%4", Reason::kInvalidEscape},
      {"/v1/%FF", Reason::kInvalidUtf8},
      {"/v1/%C0%AF", Reason::kInvalidUtf8},
      {"/v1/%ED%A0%80", Reason::kInvalidUtf8},
      {"/v1/%F5%80%80%80", Reason::kInvalidUtf8},
      {"/v1/%C3", Reason::kInvalidUtf8},
  }));
  INFO(path);
  PathSegments segments;
  auto refusal = SplitPath(path, &segments);
  REQUIRE(refusal);
  CHECK(refusal->reason == reason);
}

TEST_CASE("what no route has lies near the routes below its longest known beginning", "[gateway]") {
  auto [path, targets] = GENERATE(table<const char*, std::vector<int>>({
      {"/", {}},
      {"/unknown", {}},
      {"/unknown/sign-in/x", {15}},
      {"/v1/me/y", {1, 3}},
      {"/v1/me/x", {9}},
      {"/v1/kites/7/x:fly", {4, 6, 17}},
      {"/v1/kites:fly", {2, 9, 11, 19}},
      {"/v1/kites/7/wings", {4, 6, 17}},
      {"/v1/kites/special/x", {5}},
      {"/v1/files", {7, 8}},
      {"/v1/files/a/b", {7, 8}},
      {"/a%20b/x/y", {18}},
      {"/deep/a/x/c", {16}},
  }));
  INFO(path);
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(path, &segments));
  std::vector<int> near = MakeRouter(GENERATE(false, true)).Nearest(segments);
  std::sort(near.begin(), near.end());
  CHECK(near == targets);
}

TEST_CASE("a GET with an effect has no HEAD", "[gateway]") {
  Router router;
  REQUIRE(router.Add("GET", *ParseTemplate("/links/*"), 1, "Open", false).ok());
  REQUIRE(router.Add("POST", *ParseTemplate("/links/*"), 2, "Make").ok());
  REQUIRE(router.Add("GET", *ParseTemplate("/pages/*"), 3, "Show").ok());
  PathSegments link, page;
  REQUIRE_FALSE(SplitPath("/links/a", &link));
  REQUIRE_FALSE(SplitPath("/pages/a", &page));
  CHECK(router.Find("GET", link).target == 1);
  Router::Match head = router.Find("HEAD", link);
  CHECK((head.kind == Router::Match::Kind::kWrongMethod));
  CHECK(head.allowed == std::vector<std::string>{"GET", "OPTIONS", "POST"});
  CHECK(router.Find("HEAD", page).target == 3);
  CHECK(router.Allowed(page) == std::vector<std::string>{"GET", "HEAD", "OPTIONS"});
}

}  // namespace
}  // namespace tamarack::gateway
