// Tags, lists of tags and content codings, without I/O.
#include "gateway/response/conditional.h"

#include "gateway/request/accept.h"
#include "gateway/response/compression.h"

#include <catch2/catch.hpp>

#include <utility>
#include <vector>

namespace tamarack::gateway {
namespace {

std::string Shown(std::string_view list) {
  auto read = ReadTags(list);
  if (!read) return "(malformed)";
  if (read->is_any) return "*";
  std::string text;
  for (const TagList::Tag& tag : read->tags)
    text += (tag.is_weak ? "~" : "") + std::string(tag.text);
  return text;
}

TEST_CASE("a list of tags is read as RFC 9110 has it, or refused", "[gateway]") {
  CHECK(Shown("*") == "*");
  CHECK(Shown("\"a\"") == "\"a\"");
  CHECK(Shown("W/\"a\" ,, \"b,c\"") == "~\"a\"\"b,c\"");
  CHECK(Shown("\"a\\\", \"b\"") == "\"a\\\"\"b\"");  // a backslash escapes nothing
  CHECK(Shown("\"\"") == "\"\"");
  CHECK(Shown("\"\xc3\xa9\"") == "\"\xc3\xa9\"");
  for (const char* list :
       {"", ",", "v1", "W/v1", "\"v1", "v1\"", "\"", "w/\"a\"", "W/ \"a\"", "W/", "\"a b\"",
        "\"a\"b", "\"a\" \"b\"", "*, \"a\"", "\"a\", *", "\"a\tb\"", "\"a\", b"}) {
    INFO(list);
    CHECK(Shown(list) == "(malformed)");
  }
}

TEST_CASE("a service gets the tags that its own can equal, without our codings", "[gateway]") {
  auto given = [](std::string_view list, std::string_view header) {
    return ConditionForService(*ReadTags(list), header);
  };
  CHECK(given("\"a;br\", \"b\"", kIfMatch) == "\"a\", \"b\"");
  CHECK(given("\"a-br\", \"b-gzip\"", kIfMatch) == "\"a-br\", \"b-gzip\"");
  CHECK(given("W/\"a\", \"b\"", kIfMatch) == "\"b\"");
  CHECK(given("W/\"a\", \"b\"", kIfNoneMatch) == "\"a\", \"b\"");
  CHECK(given("W/\"a\", \"\xc3\xa9\"", "If-Match").empty());
  CHECK(given("*", kIfMatch) == "*");
}

TEST_CASE("conditions are judged by the tag of the very answer", "[gateway]") {
  using Lines = std::vector<std::pair<std::string, std::string>>;
  auto judge = [](const Lines& lines, std::string_view etag) {
    http::Request request;
    for (const auto& [name, value] : lines) request.headers.Add(name, value);
    return EvaluatePreconditions(request, etag);
  };
  CHECK(judge({}, "\"a\"") == Verdict::kGoOn);
  CHECK(judge({{"If-Match", "\"a\""}}, "\"a\"") == Verdict::kGoOn);
  CHECK(judge({{"If-Match", "\"a;gzip\""}}, "\"a;br\"") == Verdict::kGoOn);
  CHECK(judge({{"If-Match", "\"b\""}, {"if-match", "\"a\""}}, "\"a\"") == Verdict::kGoOn);
  CHECK(judge({{"If-Match", "*"}}, "W/\"a\"") == Verdict::kGoOn);
  for (const char* list : {"W/\"a\"", "\"A\"", "\"a-br\"", "a", ""})
    CHECK(judge({{"If-Match", list}}, "\"a\"") == Verdict::kPreconditionFailed);
  CHECK(judge({{"If-Match", "\"a\""}}, "W/\"a\"") == Verdict::kPreconditionFailed);

  for (const char* list : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"})
    CHECK(judge({{"If-None-Match", list}}, "\"a\"") == Verdict::kNotModified);
  CHECK(judge({{"If-None-Match", "\"b\""}, {"If-None-Match", "\"a\""}}, "W/\"a\"") ==
        Verdict::kNotModified);
  for (const char* list : {"\"a;br\"", "\"b\"", "a", ""})
    CHECK(judge({{"If-None-Match", list}}, "\"a\"") == Verdict::kGoOn);
  CHECK(judge({{"If-Match", "\"b\""}, {"If-None-Match", "\"a\""}}, "\"a\"") ==
        Verdict::kPreconditionFailed);
}

TEST_CASE("a field becomes a tag only if it can be one, and never passes for one with a coding",
          "[gateway]") {
  CHECK(TagOfField("v1") == "\"v1\"");
  CHECK(TagOfField("\"v1\"") == "\"v1\"");
  CHECK(TagOfField("W/\"v1\"") == "W/\"v1\"");
  CHECK(TagOfField("v1-br") == "\"v1-br\"");
  CHECK(TagOfField("v1;x") == "\"v1;x\"");
  for (const char* value : {"", "\"", "\"\"", "a b", "a\"b", "\"a", "W/a", "W/\"a", "a\r\nX: y",
                            "\xc3\xa9", "v1;br", "\"v1;gzip\"", "W/\"v1;br\""}) {
    INFO(value);
    CHECK(TagOfField(value).empty());
  }
  CHECK(TagOfBody("a") != TagOfBody("b"));
  CHECK(TagWithCoding("\"a\"", Coding::kIdentity) == "\"a\"");
  CHECK(TagWithCoding("\"a\"", Coding::kBrotli) == "\"a;br\"");
  CHECK(TagWithCoding("W/\"a-br\"", Coding::kGzip) == "W/\"a-br;gzip\"");
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
      {"br;Q=0, gzip;Q=0.1", Coding::kGzip},
      {"br;q=0.5, identity", Coding::kIdentity},
      {"identity;q=0.5, gzip;q=0.5", Coding::kGzip},
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

TEST_CASE("a content coding may be named in a second line", "[gateway]") {
  http::Request request;
  request.headers.Add("Accept-Encoding", "deflate");
  request.headers.Add("Accept-Encoding", "br;Q=0, gzip");
  CHECK(NegotiateCoding(request) == Coding::kGzip);
}

TEST_CASE("text is compressible, what is compressed already is not", "[gateway]") {
  for (const char* type :
       {"text/html; charset=utf-8", "application/json", "application/problem+json", "Image/SVG+xml",
        "text/event-stream", "application/json\t;a=b"}) {
    CHECK(IsCompressible(type));
  }
  for (const char* type : {"", "image/png", "font/woff2", "application/octet-stream",
                           "application/pdf", "application/jsonx", "application/x; a=\"text/\""}) {
    CHECK_FALSE(IsCompressible(type));
  }
}

}  // namespace
}  // namespace tamarack::gateway
