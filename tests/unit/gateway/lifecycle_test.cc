// Deprecation and sunset as headers, and what is refused when routes are loaded.
#include "gateway/routing/lifecycle.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

api::v1::Lifecycle Policy(const char* deprecated_since, const char* sunset,
                          const char* successor = "", const char* documentation = "") {
  api::v1::Lifecycle policy;
  policy.set_deprecated_since(deprecated_since);
  policy.set_sunset(sunset);
  policy.set_successor(successor);
  policy.set_documentation(documentation);
  return policy;
}

TEST_CASE("a method without lifecycle has no lifecycle headers", "[gateway]") {
  auto lifecycle = ReadLifecycle({});
  REQUIRE(lifecycle.ok());
  CHECK(lifecycle->headers.empty());
  CHECK_FALSE(lifecycle->sunset);
}

TEST_CASE("deprecation, sunset and links become headers", "[gateway]") {
  auto lifecycle =
      ReadLifecycle(Policy("2023-06-30", "2026-12-31", "/v2/x", "https://docs.example/move"));
  INFO(lifecycle.status());
  REQUIRE(lifecycle.ok());
  CHECK(lifecycle->headers.Get("Deprecation") == "@1688083200");
  CHECK(lifecycle->headers.Get("Sunset") == "Thu, 31 Dec 2026 00:00:00 GMT");
  CHECK(lifecycle->headers.GetAll("Link") ==
        std::vector<std::string_view>{"<https://docs.example/move>; rel=\"deprecation\"",
                                      "<https://docs.example/move>; rel=\"sunset\"",
                                      "</v2/x>; rel=\"successor-version\""});
  CHECK(UnixSeconds(*lifecycle->sunset) == 1798675200);
}

TEST_CASE("a sunset beyond the nanoseconds of a clock is the day that it names", "[gateway]") {
  for (const auto& [day, header] : {std::pair("9999-12-31", "Fri, 31 Dec 9999 00:00:00 GMT"),
                                    std::pair("2300-01-01", "Mon, 01 Jan 2300 00:00:00 GMT"),
                                    std::pair("2262-04-12", "Sat, 12 Apr 2262 00:00:00 GMT")}) {
    auto lifecycle = ReadLifecycle(Policy("2026-01-31", day));
    REQUIRE(lifecycle.ok());
    CHECK(lifecycle->headers.Get("Sunset") == header);
    CHECK(*lifecycle->sunset > Now());
  }
}

TEST_CASE("a sunset needs a deprecation that is not later, and both are days", "[gateway]") {
  CHECK(ReadLifecycle(Policy("2026-01-31", "")).ok());
  CHECK(ReadLifecycle(Policy("2026-01-31", "2026-01-31")).ok());
  auto [deprecated_since, sunset] = GENERATE(table<const char*, const char*>({
      {"", "2026-01-31"},
      {"2026-02-01", "2026-01-31"},
      {"2026-02-30", ""},
      {"2026-2-1", ""},
      {" 2026-02-1", ""},
      {"tomorrow", ""},
      {"2026-01-31", "2026-01-31T00:00:00Z"},
  }));
  CAPTURE(deprecated_since, sunset);
  CHECK_FALSE(ReadLifecycle(Policy(deprecated_since, sunset)).ok());
}

TEST_CASE("a lifecycle link is a path or URL that cannot leave its header", "[gateway]") {
  auto link = GENERATE("v2", "/v2\r\nSet-Cookie: a=1", "/a>; rel=\"x\"", "/a b", "javascript:x");
  CAPTURE(link);
  CHECK_FALSE(ReadLifecycle(Policy("2026-01-31", "", link)).ok());
  CHECK_FALSE(ReadLifecycle(Policy("2026-01-31", "", "", link)).ok());
}

}  // namespace
}  // namespace tamarack::gateway
