// What is JSON and what is not: each rule of RFC 8259, from both sides.
#include "gateway/codec/json_reader.h"

#include <catch2/catch.hpp>

#include <string>

namespace tamarack::gateway {
namespace {

bool IsJson(std::string_view text) {
  JsonReader reader(text, 64);
  reader.Skip();
  return reader.AtEnd();
}

// Bytes may hold NUL.
template <size_t N>
std::string Bytes(const char (&text)[N]) {
  return std::string(text, N - 1);
}

TEST_CASE("well-formed JSON is read", "[gateway][json]") {
  std::string text = GENERATE(values<std::string>({
      // Structure
      "{}",
      "[]",
      "0",
      "-0",
      "\"\"",
      "true",
      "false",
      "null",
      " \t\r\n[ ] \n",
      "[[]]",
      "[{}]",
      "{\"a\":{}}",
      "{\"\":0}",
      "{\"a\":1,\"b\":2}",
      "{ \"a\" : [ 1 , 2 ] , \"b\" : null }",
      "{\"a\":1,\"a\":2}",
      "[1,\n2\t,3]",
      "[null,true,false,0,\"\",{},[]]",
      std::string(64, '[') + std::string(64, ']'),
      // Numbers
      "[1]",
      "[10]",
      "[-1]",
      "[123456789012345678901234567890]",
      "[0.5]",
      "[-0.0]",
      "[1.25]",
      "[0e1]",
      "[0e+1]",
      "[0E-1]",
      "[1e5]",
      "[1E+2]",
      "[1.5e-2]",
      "[1e999]",
      "[-1e-999]",
      "[20]",
      "1.00000000000000000000000000000000000000001",
      // Strings
      R"(["a"])",
      R"(["\"\\\/\b\f\n\r\t"])",
      R"(["\u0000"])",
      R"(["\u0061\u30AF\u30ea\u30b9"])",
      R"(["\ud83d\ude39"])",
      R"(["\uDBFF\uDFFF"])",
      R"(["\uFFFF"])",
      R"(["\\u0000"])",
      R"(["a\/b"])",
      "[\"\x7f\"]",
      "[\"\xc3\xa9\"]",
      "[\"\xe2\x82\xac\"]",
      "[\"\xf0\x9f\x9a\x80\"]",
      "[\"\xf4\x8f\xbf\xbf\"]",
      "[\"\xef\xbf\xbf\"]",
      "[\"\xe2\x80\xa8\xe2\x80\xa9\"]",
      "[\"\xef\xbb\xbf\"]",
      R"({"\u0061\n":1})",
      R"(["/*not a comment*/"])",
      R"(["\u00e9\u00E9 é"])",
  }));
  INFO(text);
  CHECK(IsJson(text));
}

TEST_CASE("anything else is not", "[gateway][json]") {
  std::string text = GENERATE(values<std::string>({
      // Structure
      "",
      " ",
      "{",
      "[",
      "}",
      "]",
      "[[",
      "{\"a\":",
      "[1",
      "[1,",
      "[1,]",
      "[,1]",
      "[,]",
      "[1,,2]",
      "[1 2]",
      "[1}",
      "{]",
      "{,}",
      "{\"a\":1,}",
      "{,\"a\":1}",
      "{\"a\":1,,\"b\":2}",
      "{\"a\" 1}",
      "{\"a\"}",
      "{\"a\":}",
      "{\"a\":1 \"b\":2}",
      "{\"a\"::1}",
      "{:1}",
      "{1:1}",
      "{a:1}",
      "{'a':1}",
      "{null:1}",
      "{\"a\":1}}",
      "{\"a\":1}#",
      "[]]",
      "[] []",
      "[]x",
      "1 2",
      "[\"a\":1]",
      "[1:2]",
      "{\"a\",1}",
      "{\"a\":1]",
      "[[\"a\":1],2]]",
      "{\"a\":[\"b\":1],\"c\":2}}",
      "{\"a\":1:2}",
      "[[1],2",
      "{\"a\":{\"b\":1}",
      "[true\"x\"]",
      "[1\"x\"]",
      "\"a\"b",
      "[1\f]",
      "[1\x1a"
      "2]",
      "<.>",
      "*",
      "\xef\xbb\xbf{}",
      "\xa0[]",
      "[\f1]",
      "[\v]",
      Bytes("[1]\0"),
      Bytes("\0"),
      Bytes("[\0]"),
      "[1]//",
      "[1]/**/",
      "[/**/1]",
      "[1]#",
      std::string(65, '[') + std::string(65, ']'),
      std::string(100000, '['),
      "[\xe2\x80\x8b]",
      // Words
      "tru",
      "truth",
      "True",
      "TRUE",
      "nul",
      "nulll",
      "None",
      "undefined",
      "NaN",
      "Infinity",
      "-Infinity",
      "[fals]",
      "[truefalse]",
      // Numbers
      "+1",
      "-",
      "[-]",
      "[--1]",
      "[-a]",
      "[+1]",
      "[++1]",
      "[- 1]",
      "[01]",
      "[-01]",
      "[00]",
      "[.5]",
      "[-.5]",
      "[1.]",
      "[1.e5]",
      "[1e]",
      "[1e+]",
      "[1E-]",
      "[1e5.0]",
      "[1.2.3]",
      "[0x1]",
      "[1a]",
      "[1_000]",
      "[1,000.5.]",
      "[1 000]",
      "[0.3e]",
      "[9.e+]",
      "[\xef\xbc\x91]",
      // Strings
      "\"",
      "\"a",
      "[\"a]",
      "['a']",
      "[a]",
      "[`a`]",
      "\"a\\\"",
      "[\"\\\"]",
      "[\"\\x00\"]",
      "[\"\\a\"]",
      "[\"\\U0041\"]",
      "[\"\\'\"]",
      "[\"\\ \"]",
      "[\"\\0\"]",
      "[\"\\u\"]",
      "[\"\\u1\"]",
      "[\"\\u123\"]",
      "[\"\\u123g\"]",
      "[\"\\u 123\"]",
      "[\"\\u+123\"]",
      "[\"\\ud800\"]",
      "[\"\\ud800x\"]",
      "[\"\\ud800\\n\"]",
      "[\"\\ud800\\u0041\"]",
      "[\"\\ud800\\ud800\"]",
      "[\"\\udc00\"]",
      "[\"\\udc00\\ud800\"]",
      "[\"\\ud83d\\u\"]",
      "[\"a\nb\"]",
      "[\"a\tb\"]",
      "[\"\x1f\"]",
      Bytes("[\"a\0b\"]"),
      "[\"\\\xc3\xa9\"]",
      // Bad UTF-8
      "[\"\xff\"]",
      "[\"\x80\"]",
      "[\"\xc3\"]",
      "[\"\xc3(\"]",
      "[\"\xc0\xaf\"]",
      "[\"\xc1\xbf\"]",
      "[\"\xe0\x80\xaf\"]",
      "[\"\xe2\x82\"]",
      "[\"\xed\xa0\x80\"]",
      "[\"\xed\xbf\xbf\"]",
      "[\"\xf0\x80\x80\xaf\"]",
      "[\"\xf4\x90\x80\x80\"]",
      "[\"\xf5\x80\x80\x80\"]",
      "[\"\xfc\x83\xbf\xbf\xbf\xbf\"]",
      "[\"\\n\xff\"]",
      "[\"\xc3\\n\xa9\"]",
      "[\"\\n\xc3\"]",
      "{\"\xff\":1}",
  }));
  INFO(text.substr(0, 80));
  CHECK_FALSE(IsJson(text));
}

TEST_CASE("strings are decoded, numbers are as they stand", "[gateway][json]") {
  JsonReader reader(R"([ "a\u00e9\n\ud83d\ude80b" , "plain" , -1.50E+2, true ])", 1);
  reader.Enter();
  REQUIRE(reader.NextElement());
  CHECK(reader.String() == "aé\n🚀b");
  REQUIRE(reader.NextElement());
  REQUIRE(reader.Peek() == JsonReader::Kind::kString);
  CHECK(reader.String() == "plain");
  REQUIRE(reader.NextElement());
  REQUIRE(reader.Peek() == JsonReader::Kind::kNumber);
  CHECK(reader.Number() == "-1.50E+2");
  REQUIRE(reader.NextElement());
  REQUIRE(reader.Peek() == JsonReader::Kind::kBoolean);
  CHECK(reader.Boolean() == "true");
  CHECK_FALSE(reader.NextElement());
  CHECK(reader.AtEnd());
}

TEST_CASE("an object can be read again, as often as it is left", "[gateway][json]") {
  JsonReader reader(R"([{"a\u0062": {"c": "\n"}, "d": [{}]}, {}, 2])", 4);
  reader.Enter();
  std::string_view name;
  for (int times = 0; times < 3; ++times) {
    if (times == 0) REQUIRE(reader.NextElement());
    if (times > 0) reader.Rewind();
    REQUIRE(reader.Peek() == JsonReader::Kind::kObject);
    reader.Enter();
    REQUIRE(reader.NextMember(&name));
    std::string_view inner;
    reader.Enter();
    REQUIRE(reader.NextMember(&inner));
    CHECK(reader.String() == "\n");
    CHECK_FALSE(reader.NextMember(&inner));
    CHECK(name == "ab");  // and stays while more is read
    REQUIRE(reader.NextMember(&name));
    CHECK(name == "d");
    reader.Skip();
    CHECK_FALSE(reader.NextMember(&name));
  }
  REQUIRE(reader.NextElement());
  reader.Skip();
  reader.Rewind();
  reader.Skip();
  REQUIRE(reader.NextElement());
  CHECK(reader.Number() == "2");
  CHECK_FALSE(reader.NextElement());
  CHECK(reader.AtEnd());
}

TEST_CASE("readers of large and small texts do not meet", "[gateway][json]") {
  std::string large = "[\"" + std::string(200'000, 'a') + "\", \"\\n\"]";
  JsonReader one(large, 2);
  for (int times = 0; times < 3; ++times) {
    JsonReader two(R"("\t")", 2);
    CHECK(two.String() == "\t");
    CHECK(two.AtEnd());
    CHECK(IsJson(large));
    CHECK_FALSE(IsJson(large + "]"));
  }
  one.Enter();
  REQUIRE(one.NextElement());
  CHECK(one.String().size() == 200'000);
  REQUIRE(one.NextElement());
  CHECK(one.String() == "\n");
  CHECK_FALSE(one.NextElement());
  CHECK(one.AtEnd());
}

TEST_CASE("a failure has its place, and depth its limit", "[gateway][json]") {
  JsonReader broken("[1, 2, x]", 1);
  broken.Skip();
  CHECK(broken.has_failed());
  CHECK_FALSE(broken.Failure().is_too_deep);
  CHECK(broken.Failure().position == 7);
  auto place = [](std::string_view text) {
    JsonReader reader(text, 2);
    reader.Skip();
    CHECK_FALSE(reader.AtEnd());
    return reader.Failure().position;
  };
  CHECK(place("") == 0);
  CHECK(place("{\"a\": 1} x") == 9);
  CHECK(place("{\"a\": 1") == 7);
  CHECK(place("[\"\xff\"]") == 2);
  CHECK(place("[\"a\n\"]") == 3);
  CHECK(place("[01]") == 2);
  CHECK(place("[\"\\ud800\"]") == 8);
  for (const char* text : {"[[[", "[{\"a\": {\"b\": 1", "[[[]]] x", "[1, [2, [3]]"}) {
    JsonReader reader(text, 2);
    reader.Skip();
    CHECK(reader.has_failed());
    CHECK(reader.Failure().is_too_deep);
  }
  for (const char* text : {"[[", "[[]] x", "[[1,]]"}) {
    JsonReader reader(text, 2);
    reader.Skip();
    CHECK_FALSE(reader.AtEnd());
    CHECK_FALSE(reader.Failure().is_too_deep);
  }
  JsonReader deep("[[[]]]", 2);
  deep.Skip();
  CHECK(deep.Failure().is_too_deep);
  CHECK_FALSE(deep.AtEnd());
}

}  // namespace
}  // namespace tamarack::gateway
