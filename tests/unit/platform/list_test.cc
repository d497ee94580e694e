// Lists, weights and media types in headers.
#include "platform/http/list.h"
#include "platform/http/media_type.h"
#include "platform/http/message.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

namespace http = tamarack::http;

namespace {

std::vector<std::string> Parts(std::string_view list, http::Quotes quotes = http::Quotes::kString) {
  std::vector<std::string> parts;
  for (std::string_view part; http::NextPart(list, ',', part, quotes);) parts.emplace_back(part);
  return parts;
}

using Strings = std::vector<std::string>;

TEST_CASE("A separator within quotes separates nothing, and empty parts are passed over") {
  CHECK(Parts("").empty());
  CHECK(Parts(" , ,\t,").empty());
  CHECK(Parts("a, b ,c") == Strings{"a", "b", "c"});
  CHECK(Parts(R"(a="x,y", b)") == Strings{R"(a="x,y")", "b"});
  CHECK(Parts(R"("x\",y", b)") == Strings{R"("x\",y")", "b"});
  CHECK(Parts(R"("x,y)") == Strings{R"("x,y)"});
  // A backslash in an entity tag escapes nothing.
  CHECK(Parts(R"("x\", "y")", http::Quotes::kTag) == Strings{R"("x\")", R"("y")"});
}

TEST_CASE("A parameter has a name and a value, with quotes or without") {
  auto read = [](const char* text) {
    auto parameter = http::ParseParameter(text);
    return parameter ? std::string(parameter->name) + "|" + parameter->value : "(none)";
  };
  CHECK(read("a=b") == "a|b");
  CHECK(read("A=[::1]:80") == "A|[::1]:80");
  CHECK(read("a=") == "a|");
  CHECK(read("a=b=c") == "a|b=c");
  CHECK(read(R"(a="b;\"c\\")") == R"(a|b;"c\)");
  for (const char* text : {"", "a", "=b", "a =b", "a= b", R"(a="b)", R"(a="b"c)", R"(a=b"c)",
                           R"(a="b\)", "\xc3\xa9=b"}) {
    INFO(text);
    CHECK(read(text) == "(none)");
  }
}

TEST_CASE("The name of a weight has no case, and what cannot be read weighs nothing") {
  auto [text, weight] = GENERATE(table<const char*, double>({
      {"br", 1},
      {"br;q=0.5", 0.5},
      {"br;Q=0", 0},
      {"br ; Q=0.1 ", 0.1},
      {"br;x=1;q=0.2", .2},
      {"br;q=1.0", 1},
      {"br;q=.2", 0.2},
      {"br;q=0.33333333", 0.33333333},
      {"br;q=7", 1},
      {"br;q=x", 0},
      {"br;q=nan", 0},
      {"br;q=-1", 0},
      {"br;q=1e-1", 0},
      {"br;q=0x1", 0},
      {"br;q=inf", 0},
      {"br;q=", 0},
      {R"(br;x="a,b;q=0")", 1},
  }));
  INFO(text);
  std::string_view list = text;
  http::Weighted element;
  REQUIRE(http::NextWeighted(list, element));
  CHECK(element.value == "br");
  CHECK(element.weight == Approx(weight));
  CHECK_FALSE(http::NextWeighted(list, element));
}

TEST_CASE("A list means the same on one line and on several") {
  std::mt19937 random(9110);
  auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  const Strings elements = {"fr", "en;Q=0.5", R"("a,b")", R"(for="[::1]:80";x="\",")",
                            "*",  "",         R"(W/"é")", "gzip;q=0"};
  for (int round = 0; round < 2000; ++round) {
    http::Headers lines, joined;
    std::string line, list;
    int count = pick(8);
    for (int i = 0; i < count; ++i) {
      const std::string& element = elements[static_cast<size_t>(pick(8))];
      list += (i > 0 ? "," : "") + element;
      line += element;
      if (pick(2) == 0) {
        lines.Add(pick(2) == 0 ? "X-List" : "x-LIST", line);
        line.clear();
      } else {
        line += pick(2) == 0 ? "," : " ,\t";
      }
    }
    lines.Add("X-List", line);
    joined.Add("X-List", list);
    CAPTURE(list);
    REQUIRE(Parts(lines.Join("x-list")) == Parts(joined.Join("x-list")));
  }
}

TEST_CASE("A media type is read whatever its case, quotes and parameters") {
  auto type = http::ParseMediaType("Application/JSON ;CharSet=\"UTF-8\"; profile=\"a;b\\\"c\";");
  REQUIRE(type);
  CHECK(type->essence == "application/json");
  REQUIRE(type->Find("charset") != nullptr);
  CHECK(*type->Find("charset") == "UTF-8");
  CHECK(*type->Find("profile") == "a;b\"c");
  CHECK(type->Find("boundary") == nullptr);
  CHECK(http::EssenceOf(" Text/HTML ; a=b") == "Text/HTML");
  for (const char* text : {"", "json", "application/", "/json", "application/json/x", "a b/c",
                           "application/json, a/b", "application/json;charset",
                           "application/json; charset = utf-8", "a/b;c=\"d", "a/b;c=1;C=2"}) {
    INFO(text);
    CHECK_FALSE(http::ParseMediaType(text));
  }
}

}  // namespace
