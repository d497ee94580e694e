// Templates of google.api.http: what is accepted, what is refused, and what a path template means.
#include "gateway/routing/template.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

struct Accepted {
  const char* text;
  const char* pattern;
  size_t variables;
};

TEST_CASE("a template of the grammar is accepted", "[gateway]") {
  auto [text, pattern, variables] = GENERATE(table<const char*, const char*, size_t>({
      {"/", "/", 0},
      {"/v1", "/v1", 0},
      {"/v1/kites", "/v1/kites", 0},
      {"/v1/{id}", "/v1/*", 1},
      {"/v1/{id=*}", "/v1/*", 1},
      {"/v1/{name=kites/*}", "/v1/kites/*", 1},
      {"/v1/{name=kites/*/tails/*}", "/v1/kites/*/tails/*", 1},
      {"/v1/{name=**}", "/v1/**", 1},
      {"/v1/{name=kites/**}", "/v1/kites/**", 1},
      {"/v1/{a.b.c=x/*}/y", "/v1/x/*/y", 1},
      {"/v1/{a}/{b}", "/v1/*/*", 2},
      {"/v1/*/x", "/v1/*/x", 0},
      {"/v1/**", "/v1/**", 0},
      {"/v1/**/end", "/v1/**/end", 0},
      {"/v1/{name=**}/end:go", "/v1/**/end:go", 1},
      {"/v1/kites:fly", "/v1/kites:fly", 0},
      {"/v1/{id}:fly", "/v1/*:fly", 1},
      {"/:fly", "/:fly", 0},
      {"/.well-known/openid-configuration", "/.well-known/openid-configuration", 0},
      {"/a%20b", "/a b", 0},
      {"/v1/a_b-c~d", "/v1/a_b-c~d", 0},
      {"/{lang}/sign-in", "/*/sign-in", 1},
  }));
  auto parsed = ParseTemplate(text);
  INFO(text << ": " << parsed.status());
  REQUIRE(parsed.ok());
  CHECK(parsed->Pattern() == pattern);
  CHECK(parsed->variables.size() == variables);
}

TEST_CASE("anything else is refused", "[gateway]") {
  std::string text = GENERATE(values<std::string>({
      "",           "v1",    "/v1/",   "/v1//x",  "/{}",         "/{a",     "/a}",
      "/{a=}",      "/{a=b", "/{1a}",  "/{a..b}", "/{.a}",       "/{a.}",   "/{a={b}}",
      "/{a=x/{b}}", "/**/*", "/**/**", "/**/{a}", "/{a=**}/{b}", "/x{a}",   "/{a}x",
      "/***",       "/a*",   "/v1:",   "/v1:a:b", "/v1/a b",     "/v1/%zz", "/v1/{a}/{a}",
      "/v1/é",
  }));
  INFO(text);
  CHECK_FALSE(ParseTemplate(text).ok());
}

TEST_CASE("what both of two templates match goes to the more exact one", "[gateway]") {
  auto [a, b, to_a, to_b] = GENERATE(table<std::string, std::string, bool, bool>({
      {"/en/sign-in", "/{lang}/sign-in", true, false},
      {"/{lang}/sign-in", "/{lang}/{page}", true, false},
      {"/secure/{token}", "/{page}/toy", true, false},
      {"/secure/{token}", "/{lang}/toy", false, false},
      {"/fr/{token}", "/{lang}/toy", true, false},
      {"/{any}/sign-in", "/{lang}/sign-in", true, true},
      {"/v1/payments:steal", "/v1/payments", true, true},
      {"/v1/payments/{id}", "/v1/payments/{id}/events", false, false},
      {"/fishing/v1/licences", "/v1/payments", false, false},
      {"/v1/payments", "/{a=**}", true, false},
      {"/v1/{name=kites/*}", "/v1/kites/{id}", true, true},
      {"/v1/{name=kites/*}", "/v1/fish/{id}", false, false},
      {"/v1/**/end", "/v2/a", false, false},
      {"/v1", "/v1/{id}", false, false},
  }));
  INFO(a << " and " << b);
  CHECK(MayTakeFrom(*ParseTemplate(a), *ParseTemplate(b)) == to_a);
  CHECK(MayTakeFrom(*ParseTemplate(b), *ParseTemplate(a)) == to_b);
}

TEST_CASE("a template has 100 segments at most", "[gateway]") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "/a";
  CHECK(ParseTemplate(text).ok());
  CHECK_FALSE(ParseTemplate(text + "/a").ok());
}

TEST_CASE("a variable of one segment is told from one of several", "[gateway]") {
  auto [text, is_multi] = GENERATE(table<const char*, bool>({{"/{a}", false},
                                                             {"/{a=*}", false},
                                                             {"/{a=x}", false},
                                                             {"/{a=x/*}", true},
                                                             {"/{a=**}", true},
                                                             {"/{a=*/*}", true}}));
  INFO(text);
  CHECK(ParseTemplate(text)->variables.at(0).is_multi == is_multi);
}

TEST_CASE("what is refused is named in whole characters", "[gateway]") {
  std::string character = GENERATE(values<std::string>({"é", "漢", "🚀", " ", "}"}));
  std::string text(ParseTemplate("/v1/a" + character + "x").status().message());
  CHECK(text.find("unexpected `" + character + "` at character 6") != std::string::npos);
}

}  // namespace
}  // namespace tamarack::gateway
