// Tags, lists of tags and content codings, without I/O.
#include "gateway/conditional.h"

#include "gateway/accept.h"
#include "gateway/compression.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

TEST_CASE("a list holds a tag whatever its strength or content coding", "[gateway]") {
  CHECK(HoldsTag("\"a\"", "\"a\""));
  CHECK(HoldsTag("W/\"a\"", "\"a\""));
  CHECK(HoldsTag("\"b\" , \"a\"", "\"a\""));
  CHECK(HoldsTag("\"b,\"a\"", "\"b,\""));
  CHECK(HoldsTag("\"a-gzip\"", "\"a\""));
  CHECK(HoldsTag("\"a\"", "\"a-br\""));
  CHECK(HoldsTag("*", "\"a\""));
  for (const char* list : {"", "a", "\"a", "\"b\"", "\"aa\"", "\"A\"", "\"b\", c"}) {
    CHECK_FALSE(HoldsTag(list, "\"a\""));
  }
  CHECK(WithoutCodings("W/\"a-br\", \"b\"") == "\"a\", \"b\"");
  CHECK(WithoutCodings("*") == "*");
}

TEST_CASE("a field becomes a tag only if it can be one", "[gateway]") {
  CHECK(TagOfField("v1") == "\"v1\"");
  CHECK(TagOfField("\"v1\"") == "\"v1\"");
  CHECK(TagOfField("W/\"v1\"") == "\"v1\"");
  for (const char* value : {"", "a b", "a\"b", "a\r\nX: y", "\xc3\xa9"}) {
    CHECK(TagOfField(value).empty());
  }
  CHECK(TagOfBody("a") != TagOfBody("b"));
}

TEST_CASE("the caller's quality values choose the content coding", "[gateway]") {
  auto [accept, coding] = GENERATE(table<const char*, Coding>({
      {"", Coding::kIdentity},
      {"identity", Coding::kIdentity},
      {"deflate", Coding::kIdentity},
      {"gzip", Coding::kGzip},
      {"GZIP", Coding::kGzip},
      {"br", Coding::kBrotli},
      {"gzip, deflate, br, zstd", Coding::kBrotli},
      {"gzip;q=1.0, br;q=0.9", Coding::kGzip},
      {"gzip ; q=0.5 , br ; q=0.5", Coding::kBrotli},
      {"*", Coding::kBrotli},
      {"br;q=0, *", Coding::kGzip},
      {"*;q=0", Coding::kIdentity},
      {"gzip;q=x", Coding::kIdentity},
      {"gzipped", Coding::kIdentity},
  }));
  INFO(accept);
  http::Request request;
  request.headers.Add("Accept-Encoding", accept);
  CHECK(NegotiateCoding(request) == coding);
  CHECK(NegotiateCoding(http::Request()) == Coding::kIdentity);
}

TEST_CASE("text is compressible, what is compressed already is not", "[gateway]") {
  for (const char* type : {"text/html; charset=utf-8", "application/json",
                           "application/problem+json", "Image/SVG+xml", "text/event-stream"}) {
    CHECK(IsCompressible(type));
  }
  for (const char* type : {"", "image/png", "font/woff2", "application/octet-stream",
                           "application/pdf", "application/jsonx"}) {
    CHECK_FALSE(IsCompressible(type));
  }
}

}  // namespace
}  // namespace tamarack::gateway
