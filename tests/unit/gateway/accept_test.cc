// Which media types an Accept header allows.
#include "gateway/request/accept.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

TEST_CASE("a media type has the quality of the most specific range", "[gateway]") {
  auto [accept, quality] = GENERATE(table<const char*, double>({
      {"", 1},
      {"*/*", 1},
      {"application/json", 1},
      {"Application/JSON;charset=utf-8", 1},
      {"application/*;q=0.5", 0.5},
      {"text/html, application/xhtml+xml, */*;q=0.8", 0.8},
      {"application/json;q=0, */*", 0},
      {"application/*;q=0.2, application/json;q=0.7", 0.7},
      {"application/json ; q=0.3 , */*;q=1", 0.3},
      {"text/html", 0},
      {"application/problem+json", 0},
      {"text/*", 0},
      {"application/json;q=x", 0},
      {"application/json;Q=0", 0},
      {"application/json;v=\"1,2;q=0\";Q=0.4", 0.4},
      {"text/html;Q=0.1, */*;Q=0.2", 0.2},
      {"nonsense", 1},
  }));
  CAPTURE(accept);
  CHECK(MediaTypeQuality(accept, "application/json") == Approx(quality));
}

TEST_CASE("a browser names the type of pages, other clients take what there is", "[gateway]") {
  for (const char* accept : {"text/html", "TEXT/HTML;q=0.1", "application/xml, text/html;level=1"})
    CHECK(NamesMediaType(accept, "text/html"));
  for (const char* accept : {"", "*/*", "text/*", "text/html;Q=0", "x=\"text/html\"", "text/htmlx"})
    CHECK_FALSE(NamesMediaType(accept, "text/html"));
}

}  // namespace
}  // namespace tamarack::gateway
