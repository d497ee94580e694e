// Which media types an Accept header allows.
#include "gateway/accept.h"

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
      {"nonsense", 1},
  }));
  CAPTURE(accept);
  CHECK(MediaTypeQuality(accept, "application/json") == Approx(quality));
}

}  // namespace
}  // namespace tamarack::gateway
