// Binding: path, query, JSON and form bodies become one request message; nothing is given twice.
#include "gateway/binding.h"
#include "fixture.h"
#include "toy.pb.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

constexpr char kJson[] = "application/json";
constexpr char kForm[] = "application/x-www-form-urlencoded";

struct Input {
  const char* method;
  const char* path;
  const char* query = "";
  const char* type = "";
  std::string body = "";
};

Bound Bind(const Input& input, std::string* request_type = nullptr) {
  static const std::shared_ptr<const RouteTable> routes = ToyRoutes();
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(input.path, &segments));
  Router::Match match = routes->router().Find(input.method, segments);
  REQUIRE(match.kind == Router::Match::Kind::kFound);
  const Route& route = routes->route(match.target);
  if (request_type) *request_type = route.method->input_type()->full_name();
  return BindRequest(route, match, {input.query, input.type, input.body});
}

// The request in text format on one line.
std::string Text(const std::string& type, const std::string& wire) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  REQUIRE(message->ParseFromString(wire));
  return message->ShortDebugString();
}

TEST_CASE("path, query and body fill the request", "[gateway]") {
  auto [input, expected] = GENERATE(table<Input, const char*>({
      {{"GET", "/toy/v1/kites/7"}, R"(name: "kites/7")"},
      {{"GET", "/toy/v1/by-name/a/b/c"}, R"(name: "a/b/c")"},
      {{"GET", "/toy/v1/kites"}, ""},
      {{"GET", "/toy/v1/kites", "page_size=5"}, "page_size: 5"},
      {{"GET", "/toy/v1/kites", "pageSize=5&pageToken=x"}, R"(page_size: 5 page_token: "x")"},
      {{"GET", "/toy/v1/kites", "page_token="}, ""},
      {{"GET", "/toy/v1/kites", "page_token"}, ""},
      {{"GET", "/toy/v1/kites", "page_token=a%20b+c%2B"}, R"(page_token: "a b c+")"},
      {{"GET", "/toy/v1/kites", "filter.colour=red"}, R"(filter { colour: "red" })"},
      {{"GET", "/toy/v1/kites", "filter.colour=red&filter.is_flying=false&page_size=1"},
       R"(filter { colour: "red" is_flying: false } page_size: 1)"},
      {{"GET", "/toy/v1/kites", "filter.sizes=1&filter.sizes=2"}, "filter { sizes: 1 sizes: 2 }"},
      {{"GET", "/toy/v1/kites", "&&page_size=1&"}, "page_size: 1"},
      {{"GET", "/toy/v1/kites", "utm_source=mail&page_size=1"}, "page_size: 1"},
      {{"GET", "/toy/v1/echo", "colour=RED"}, "colour: RED"},
      {{"GET", "/toy/v1/echo", "colour=2"}, "colour: BLUE"},
      {{"GET", "/toy/v1/echo", "bool_value=true"}, "bool_value: true"},
      {{"GET", "/toy/v1/echo", "double_value=1.5&int64_value=-5"},
       "int64_value: -5 double_value: 1.5"},
      {{"GET", "/toy/v1/echo", "bytes_value=AQID"}, R"(bytes_value: "\001\002\003")"},
      {{"GET", "/toy/v1/echo", "timestamp=1970-01-01T00:00:01Z"}, "timestamp { seconds: 1 }"},
      {{"GET", "/toy/v1/echo", "duration=1.5s"}, "duration { seconds: 1 nanos: 500000000 }"},
      {{"GET", "/toy/v1/echo", "field_mask=a,b"}, R"(field_mask { paths: "a" paths: "b" })"},
      {{"GET", "/toy/v1/echo", "wrapped_int64=0"}, "wrapped_int64 { }"},
      {{"GET", "/toy/v1/echo", "timestamps=1970-01-01T00:00:01Z&timestamps=1970-01-01T00:00:02Z"},
       "timestamps { seconds: 1 } timestamps { seconds: 2 }"},
      {{"GET", "/toy/v1/echo", "inner.child.child.text=x"},
       R"(inner { child { child { text: "x" } } })"},
      {{"GET", "/toy/v1/echo", "aka=x"}, R"(renamed: "x")"},
      {{"GET", "/toy/v1/echo", "choice_number=0"}, "choice_number: 0"},
      {{"GET", "/toy/v1/echo", "choice_inner.text=a&choice_inner.number=1"},
       R"(choice_inner { text: "a" number: 1 })"},
      {{"POST", "/toy/v1/kites", "", kJson, R"({"colour":"red"})"}, R"(kite { colour: "red" })"},
      {{"POST", "/toy/v1/kites", "", "application/json; charset=UTF-8", "{}"}, "kite { }"},
      {{"POST", "/toy/v1/kites", "", "application/merge-patch+json", "{}"}, "kite { }"},
      {{"POST", "/toy/v1/kites"}, ""},
      {{"POST", "/toy/v1/kites", "", kForm, "colour=red&price_cents=5"},
       R"(kite { colour: "red" price_cents: 5 })"},
      {{"PATCH", "/toy/v1/owners/me/kites/7", "force=true", kJson, R"({"colour":"red"})"},
       R"(owner: "me" kite { name: "kites/7" colour: "red" } force: true)"},
      {{"PATCH", "/toy/v1/owners/me/kites/7", "", kForm, "colour=blue"},
       R"(owner: "me" kite { name: "kites/7" colour: "blue" })"},
      {{"POST", "/toy/v1/kites/7:land", "", kJson, R"({"reason":"rain"})"},
       R"(name: "kites/7" reason: "rain")"},
      {{"POST", "/toy/v1/echo", "", kForm,
        "repeated_string=a&repeated_string=b&int32_value=&bool_value="},
       R"(repeated_string: "a" repeated_string: "b")"},
      {{"POST", "/toy/v1/echo", "", kForm, "timestamp=&optional_int32=&optional_string="},
       R"(optional_string: "")"},
      {{"PUT", "/toy/v1/echo/list", "int32_value=4", kJson, "[1,2]"},
       "int32_value: 4 repeated_int32: 1 repeated_int32: 2"},
      {{"POST", "/toy/v1/upload", "", "text/csv", "a,b"},
       R"(content_type: "text/csv" data: "a,b")"},
      {{"POST", "/toy/v1/upload", "", "", std::string("\0\xff", 2)},
       R"(content_type: "" data: "\000\377")"},
      {{"GET", "/en/toy", "name=x"}, R"(lang: "en" name: "x")"},
      {{"POST", "/en/toy", "", kForm, "name=x&csrf_token=y"},
       R"(lang: "en" name: "x" csrf_token: "y")"},
      {{"POST", "/toy/v1/echo", "", kForm, "csrf_token=y"}, ""},
      {{"POST", "/toy/v1/echo", "utm_source=x", kForm, "int32_value=1&utm_source=y"},
       "int32_value: 1"},
  }));
  INFO(input.method << " " << input.path << "?" << input.query << " " << input.body);
  std::string type;
  Bound bound = Bind(input, &type);
  INFO(ReasonName(bound.error.reason) << " at " << bound.error.where);
  REQUIRE(bound.outcome == Bound::Outcome::kOk);
  std::string text = Text(type, bound.wire);
  if (type == "google.api.HttpBody")
    text = text.starts_with("data") ? "content_type: \"\" " + text : text;
  CHECK(text == expected);
}

TEST_CASE("what is given twice, or to nobody, is refused", "[gateway]") {
  auto [input, reason, where] = GENERATE(table<Input, Reason, const char*>({
      {{"GET", "/toy/v1/kites/7", "name=evil"}, Reason::kPathCollision, "name"},
      {{"GET", "/toy/v1/kites/7", "x=1"}, Reason::kUnknownParameter, "x"},
      {{"GET", "/toy/v1/kites", "x=1"}, Reason::kUnknownParameter, "x"},
      {{"GET", "/toy/v1/kites", "=1"}, Reason::kUnknownParameter, ""},
      {{"GET", "/toy/v1/kites", "filter.x=1"}, Reason::kUnknownParameter, "filter.x"},
      {{"GET", "/toy/v1/kites", "filter.colour.x=1"}, Reason::kUnknownParameter, "filter.colour.x"},
      {{"GET", "/toy/v1/kites", "filter..colour=1"}, Reason::kUnknownParameter, "filter..colour"},
      {{"GET", "/toy/v1/kites", "filter=x"}, Reason::kNotMappable, "filter"},
      {{"GET", "/toy/v1/kites", "page_size=1&page_size=2"},
       Reason::kRepeatedParameter,
       "page_size"},
      {{"GET", "/toy/v1/kites", "page_size=1&pageSize=1"}, Reason::kRepeatedParameter, "pageSize"},
      {{"GET", "/toy/v1/kites", "page_size=x"}, Reason::kExpectedInteger, "page_size"},
      {{"GET", "/toy/v1/kites", "page_size="}, Reason::kExpectedInteger, "page_size"},
      {{"GET", "/toy/v1/kites", "page_size=99999999999"}, Reason::kOutOfRange, "page_size"},
      {{"GET", "/toy/v1/kites", "filter.is_flying=1"},
       Reason::kExpectedBoolean,
       "filter.is_flying"},
      {{"GET", "/toy/v1/kites", "filter.is_flying=yes"},
       Reason::kExpectedBoolean,
       "filter.is_flying"},
      {{"GET", "/toy/v1/kites", "page_token=%zz"}, Reason::kInvalidEscape, ""},
      {{"GET", "/toy/v1/kites", "page_token=%FF"}, Reason::kInvalidUtf8, ""},
      {{"GET", "/toy/v1/kites", "page_token=%00"}, Reason::kNulCharacter, "page_token"},
      {{"GET", "/toy/v1/kites", "utm_medium=x"}, Reason::kUnknownParameter, "utm_medium"},
      {{"GET", "/toy/v1/echo", "colour=GREEN"}, Reason::kExpectedEnum, "colour"},
      {{"GET", "/toy/v1/echo", "colour=99"}, Reason::kExpectedEnum, "colour"},
      {{"GET", "/toy/v1/echo", "timestamp=yesterday"}, Reason::kExpectedTimestamp, "timestamp"},
      {{"GET", "/toy/v1/echo", "timestamp.seconds=1"},
       Reason::kUnknownParameter,
       "timestamp.seconds"},
      {{"GET", "/toy/v1/echo", "struct.a=1"}, Reason::kUnknownParameter, "struct.a"},
      {{"GET", "/toy/v1/echo", "struct=%7B%7D"}, Reason::kNotMappable, "struct"},
      {{"GET", "/toy/v1/echo", "string_map.a=1"}, Reason::kUnknownParameter, "string_map.a"},
      {{"GET", "/toy/v1/echo", "repeated_inner.text=1"},
       Reason::kUnknownParameter,
       "repeated_inner.text"},
      {{"GET", "/toy/v1/echo", "choice_number=1&choice_text=x"},
       Reason::kOneofConflict,
       "choice_text"},
      {{"GET", "/toy/v1/echo", "choice_inner.text=1&choice_text=x"},
       Reason::kOneofConflict,
       "choice_text"},
      {{"GET", "/toy/v1/kites", "", kJson, "{}"}, Reason::kBodyNotAllowed, ""},
      {{"DELETE", "/toy/v1/kites/7", "", kJson, "{}"}, Reason::kBodyNotAllowed, ""},
      {{"POST", "/toy/v1/kites", "colour=red", kJson, "{}"}, Reason::kUnknownParameter, "colour"},
      {{"POST", "/toy/v1/kites", "kite.colour=red", kJson, "{}"},
       Reason::kUnknownParameter,
       "kite.colour"},
      {{"POST", "/toy/v1/echo", "int32_value=1", kJson, "{}"},
       Reason::kUnknownParameter,
       "int32_value"},
      {{"POST", "/toy/v1/kites/7:land", "", kJson, R"({"name":"kites/8"})"},
       Reason::kPathCollision,
       "/name"},
      {{"POST", "/toy/v1/kites/7:land", "", kJson, R"({"name":"kites/7"})"},
       Reason::kPathCollision,
       "/name"},
      {{"POST", "/toy/v1/kites/7:land", "", kJson, R"({"name":null})"},
       Reason::kPathCollision,
       "/name"},
      {{"POST", "/toy/v1/kites/7:land", "", kForm, "name=kites/8"},
       Reason::kPathCollision,
       "/name"},
      {{"PATCH", "/toy/v1/owners/me/kites/7", "", kJson, R"({"name":"x"})"},
       Reason::kPathCollision,
       "/name"},
      {{"PATCH", "/toy/v1/owners/me/kites/7", "", kForm, "name=x"},
       Reason::kPathCollision,
       "/name"},
      {{"PATCH", "/toy/v1/owners/me/kites/7", "owner=you", kJson, "{}"},
       Reason::kPathCollision,
       "owner"},
      {{"PATCH", "/toy/v1/owners/me/kites/7", "kite.name=x", kJson, "{}"},
       Reason::kUnknownParameter,
       "kite.name"},
      {{"POST", "/toy/v1/echo", "", kForm, "x=1"}, Reason::kUnknownField, "/x"},
      {{"POST", "/toy/v1/echo", "", kForm, "inner.text=1&inner.text=2"},
       Reason::kRepeatedParameter,
       "/inner/text"},
      {{"POST", "/toy/v1/echo", "", kForm, "int32_value=x"},
       Reason::kExpectedInteger,
       "/int32_value"},
      {{"POST", "/toy/v1/echo", "", kForm, "string_value=%FF"}, Reason::kInvalidUtf8, ""},
      {{"POST", "/toy/v1/echo", "", kJson, "{"}, Reason::kMalformedJson, ""},
      {{"PUT", "/toy/v1/echo/list", "", kJson, "{}"}, Reason::kExpectedArray, ""},
      {{"PUT", "/toy/v1/echo/list", "repeated_int32=1", kJson, "[]"},
       Reason::kUnknownParameter,
       "repeated_int32"},
  }));
  INFO(input.method << " " << input.path << "?" << input.query << " " << input.body);
  Bound bound = Bind(input);
  REQUIRE(bound.outcome == Bound::Outcome::kRefused);
  CHECK(ReasonName(bound.error.reason) == ReasonName(reason));
  CHECK(bound.error.where == where);
}

TEST_CASE("a body of another type is unsupported", "[gateway]") {
  std::string type = GENERATE(
      values<std::string>({"", "text/plain", "application/xml", "multipart/form-data; boundary=x",
                           "application/json; charset=latin1", "json", "application/jsonx"}));
  INFO(type);
  CHECK(Bind({"POST", "/toy/v1/echo", "", type.c_str(), "{}"}).outcome ==
        Bound::Outcome::kUnsupportedMediaType);
}

TEST_CASE("a form cannot fill a list", "[gateway]") {
  CHECK(Bind({"PUT", "/toy/v1/echo/list", "", kForm, "a=1"}).outcome ==
        Bound::Outcome::kUnsupportedMediaType);
}

TEST_CASE("a path value always wins its field, whatever else is sent", "[gateway]") {
  const std::string values[] = {"a", "%61", "x%2Fy", "1"};
  const std::string queries[] = {"", "int32_value=1", "string_value=evil", "stringValue=evil",
                                 "inner.text=x"};
  const std::string bodies[] = {"",
                                "{}",
                                R"({"string_value":"evil"})",
                                R"({"stringValue":"evil"})",
                                R"({"inner":{"text":"x"}})",
                                R"({"int32_value":5})"};
  for (const auto& value : values) {
    for (const auto& query : queries) {
      for (const auto& body : bodies) {
        std::string path = "/toy/v1/echo/" + value;
        Bound bound = Bind({"POST", path.c_str(), query.c_str(), kJson, body});
        if (bound.outcome != Bound::Outcome::kOk) continue;
        toy::v1::AllTypes message;
        REQUIRE(message.ParseFromString(bound.wire));
        CHECK(message.string_value() == PercentDecode(value, false));
      }
    }
  }
}

}  // namespace
}  // namespace tamarack::gateway
