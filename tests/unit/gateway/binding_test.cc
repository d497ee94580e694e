// Binding: path, query, JSON and form bodies become one request message; nothing is given twice.
#include "gateway/binding.h"
#include "fixture.h"
#include "tests/support/transcoding_cases.h"
#include "toy.pb.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

Bound Bind(const TranscodingInput& input, std::string* request_type = nullptr) {
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
  auto [input, expected] = GENERATE(from_range(AcceptedCases()));
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
  auto [input, reason, where] = GENERATE(from_range(RefusedCases()));
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
