// Binding: path, query, JSON and form bodies become one request message; nothing is given twice.
#include "gateway/routing/binding.h"
#include "fixture.h"
#include "platform/base/url.h"
#include "tests/support/transcoding_cases.h"
#include "toy.pb.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <catch2/catch.hpp>

#include <random>

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

TEST_CASE("where unknown parameters are ignored, JSON's names are unknown", "[gateway]") {
  auto routes = ToyRoutes();
  PathSegments segments;
  REQUIRE_FALSE(SplitPath("/toy/v1/echo", &segments));
  std::string method = GENERATE("GET", "POST");
  Router::Match match = routes->router().Find(method, segments);
  Route route = routes->route(match.target);
  route.policy.add_ignore_query("*");
  std::string_view sent = "stringValue=alias&string_value=own&int32Value=1";
  Bound bound = BindRequest(route, match,
                            method == "GET" ? BindInput{sent, "", ""} : BindInput{"", kForm, sent});
  REQUIRE(bound.outcome == Bound::Outcome::kOk);
  CHECK(Text(std::string(route.method->input_type()->full_name()), bound.wire) ==
        "string_value: \"own\"");
}

TEST_CASE("what is ignored need not be well formed, what is known must", "[gateway]") {
  auto routes = ToyRoutes();
  PathSegments segments;
  REQUIRE_FALSE(SplitPath("/toy/v1/echo", &segments));
  std::string method = GENERATE("GET", "POST");
  Router::Match match = routes->router().Find(method, segments);
  Route route = routes->route(match.target);
  route.policy.add_ignore_query("*");
  auto [sent, is_taken] = GENERATE(table<std::string, bool>({
      {"string_value=own&origine=qu%E9bec", true},
      {"utm=100%&string_value=own", true},
      {"%zz=1&string_value=own&%E9=2", true},
      {"string_value=own&int32_value=%zz", false},
      {"string_value=%E9", false},
      // What is passed over counts as well, since it costs as much.
      {[] {
         std::string all;
         for (size_t i = 0; i <= kParametersMax; ++i) all += "%&";
         return all;
       }(),
       false},
  }));
  CAPTURE(method, sent);
  Bound bound = BindRequest(route, match,
                            method == "GET" ? BindInput{sent, "", ""} : BindInput{"", kForm, sent});
  CHECK((bound.outcome == Bound::Outcome::kOk) == is_taken);
  if (is_taken)
    CHECK(Text(std::string(route.method->input_type()->full_name()), bound.wire) ==
          "string_value: \"own\"");
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
                           "application/json; charset=utf-16", "json", "application/jsonx"}));
  INFO(type);
  CHECK(Bind({"POST", "/toy/v1/echo", "", type.c_str(), "{}"}).outcome ==
        Bound::Outcome::kUnsupportedMediaType);
}

TEST_CASE("a form cannot fill a list", "[gateway]") {
  CHECK(Bind({"PUT", "/toy/v1/echo/list", "", kForm, "a=1"}).outcome ==
        Bound::Outcome::kUnsupportedMediaType);
}

// `inner.child.child…text`, of so many levels.
std::string DeepName(size_t levels) {
  std::string name = "inner";
  for (size_t i = 2; i < levels; ++i) name += ".child";
  return name + ".text";
}

TEST_CASE("parameters may be as deep as JSON, and nothing is built of deeper ones", "[gateway]") {
  auto [levels, is_accepted] = GENERATE(table<size_t, bool>(
      {{2, true}, {32, true}, {33, false}, {101, false}, {100'000, false}, {175'000, false}}));
  bool is_form = GENERATE(false, true);
  std::string text = DeepName(levels) + "=1";
  INFO(levels << (is_form ? " in a form" : " in a query"));
  Bound bound = is_form ? Bind({"POST", "/toy/v1/echo", "", kForm, text})
                        : Bind({"GET", "/toy/v1/echo", text.c_str()});
  if (is_accepted) {
    REQUIRE(bound.outcome == Bound::Outcome::kOk);
    CHECK(toy::v1::AllTypes().ParseFromString(bound.wire));
  } else {
    REQUIRE(bound.outcome == Bound::Outcome::kRefused);
    CHECK(ReasonName(bound.error.reason) == "too_deep");
    CHECK(bound.error.where == (is_form ? "/" : "") + text.substr(0, text.find('.')));
  }
}

TEST_CASE("a form for one field is no deeper either, nor beside other parameters", "[gateway]") {
  std::string deep = DeepName(101).substr(sizeof "inner");
  CHECK(ReasonName(Bind({"PATCH", "/toy/v1/echo/inner", "", kForm, deep + "=1"}).error.reason) ==
        "too_deep");
  std::string query = "int32_value=1&" + DeepName(40) + "=x&inner.text=y";
  CHECK(ReasonName(Bind({"GET", "/toy/v1/echo", query.c_str()}).error.reason) == "too_deep");
  CHECK(ReasonName(Bind({"GET", "/toy/v1/echo", std::string(64, '.').c_str()}).error.reason) ==
        "too_deep");
}

TEST_CASE("whatever the names are, what is bound is a message that protobuf reads",
          "[gateway][property]") {
  uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  constexpr const char* kParts[] = {"inner",  "child", "child",        "child", "text",
                                    "number", "",      "choice_inner", "value", "struct"};
  for (int round = 0; round < 2000; ++round) {
    std::string form;
    for (size_t parameters = 1 + random() % 5; parameters > 0; --parameters) {
      form += form.empty() ? "inner" : "&inner";
      for (size_t levels = random() % 64; levels > 0; --levels) form += ".child";
      for (size_t more = random() % 3; more > 0; --more)
        form += std::string(".") + kParts[random() % std::size(kParts)];
      form += "=1";
    }
    INFO(form);
    Bound bound = Bind({"POST", "/toy/v1/echo", "", kForm, form});
    if (bound.outcome == Bound::Outcome::kOk)
      REQUIRE(toy::v1::AllTypes().ParseFromString(bound.wire));
  }
}

TEST_CASE("so many parameters and no more", "[gateway]") {
  auto [count, is_accepted] =
      GENERATE(table<size_t, bool>({{1000, true}, {1001, false}, {200'000, false}}));
  std::string form;
  for (size_t i = 0; i < count; ++i) form += "repeated_int32=1&";
  Bound bound = Bind({"POST", "/toy/v1/echo", "", kForm, form});
  CHECK((bound.outcome == Bound::Outcome::kOk) == is_accepted);
  if (!is_accepted) CHECK(ReasonName(bound.error.reason) == "too_many_parameters");
}

TEST_CASE("a type of a raw body that is not UTF-8 fills no field", "[gateway]") {
  CHECK(Bind({"POST", "/toy/v1/upload", "", "text/\xe9", "x"}).outcome ==
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
