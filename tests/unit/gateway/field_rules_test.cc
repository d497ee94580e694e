// Field rules: the gateway (on wire bytes), the services (on parsed messages) and the published
// schema say the same of every value.
#include "gateway/codec/json_to_wire.h"
#include "gateway/codec/wire_rules.h"
#include "gateway/openapi/schema.h"
#include "gateway/routing/binding.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "tests/support/compile_proto.h"
#include "tests/support/json_schema.h"

#include <google/protobuf/dynamic_message.h>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

namespace json = boost::json;

// What the schema says of a value beyond what is checked.
enum class Schema {
  kSame,
  kWider,     // Takes it, although it is refused: no schema knows what can be seen.
  kNarrower,  // Refuses it, although it means the same as leaving the field out.
};

struct Case {
  const char* field;   // In a message M; E and Inner are known.
  const char* text;    // The body.
  const char* wanted;  // `path: description` of each violation; "" where there is none.
  Schema schema = Schema::kSame;
};

std::string MessageWith(const std::string& field) {
  return R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "tamarack/api/v1/policy.proto";
service S {
  rpc Post(M) returns (M) {
    option (google.api.http) = {post: "/t" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
enum E { ZERO = 0; ONE = 1; }
message Inner {
  string text = 1 [(tamarack.api.v1.rules) = {required: true max_len: 3}];
  Inner child = 2;
  Unruled plain = 3;
}
message Unruled { string text = 1; repeated Unruled more = 2; }
message M { )" +
         field + " }\n";
}

std::string Rules(const char* field, const char* rules) {
  return std::string(field) + " = 1 [(tamarack.api.v1.rules) = {" + rules + "}];";
}

std::string Told(const absl::Status& status) {
  std::string told;
  for (const auto& violation : rpc::ViolationsOf(status))
    told += (told.empty() ? "" : "; ") + violation.field + ": " + violation.description;
  return told;
}

// The one message M, its routes and what they hold for it.
struct Subject {
  explicit Subject(const std::string& field) {
    BackendDescriptors backend = Compile("test", MessageWith(field));
    backend.plugin = std::make_shared<const Plugin>(Plugin{"ministry"});
    std::vector<std::string> notes;
    auto built = RouteTable::Build({backend}, &notes);
    INFO(built.status());
    REQUIRE(built.ok());
    table = *built;
    route = table->routes().at(0).get();
  }
  absl::Status Gateway(const std::string& wire, const char* language = "en") const {
    return route->request_rules ? CheckWire(*route->request_rules, wire, language)
                                : absl::OkStatus();
  }
  absl::Status Service(const std::string& wire, const char* language = "en") {
    std::unique_ptr<google::protobuf::Message> message(
        factory.GetPrototype(route->method->input_type())->New());
    REQUIRE(message->ParseFromString(wire));
    return rpc::Validate(*message, language);
  }
  bool SchemaTakes(const std::string& text) const {
    SchemaBook book;
    json::object root = book.Message(*route->method->input_type());
    return tests::IsValid(json::parse(text), root, book.schemas());
  }

  std::shared_ptr<const RouteTable> table;
  const Route* route = nullptr;
  google::protobuf::DynamicMessageFactory factory;
};

void Try(const std::string& field, const std::string& text, const std::string& wanted,
         Schema schema = Schema::kSame) {
  INFO(field << " " << text);
  Subject subject(field);
  std::string wire;
  auto refusal = JsonToWire(text, *subject.route->request_plan, nullptr, wire);
  REQUIRE_FALSE(refusal);
  CHECK(Told(subject.Gateway(wire)) == wanted);
  // Whatever stands beside it: a text and a number of no field of the message.
  for (const std::string beside : {"\xC2\x3E\x02xy", "\xC0\x3E\x4D"}) {
    CHECK(Told(subject.Gateway(beside + wire)) == wanted);
    CHECK(Told(subject.Gateway(wire + beside)) == wanted);
  }
  CHECK(Told(subject.Service(wire)) == wanted);
  bool is_taken = schema == Schema::kSame ? wanted.empty() : schema == Schema::kWider;
  CHECK(subject.SchemaTakes(text) == is_taken);
}

TEST_CASE("numbers of every type keep their range", "[gateway][rules]") {
  std::string type = GENERATE("int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32",
                              "fixed64", "sfixed32", "sfixed64", "float", "double");
  std::string rules = " = 1 [(tamarack.api.v1.rules) = {min: 5 max: 9}];";
  auto [value, wanted] = GENERATE(table<std::string, std::string>(
      {{"4", "must be at least 5"}, {"5", ""}, {"9", ""}, {"10", "must be at most 9"}}));
  auto at = [&](const std::string& path) { return wanted.empty() ? "" : path + ": " + wanted; };
  Try("optional " + type + " f" + rules, R"({"f": )" + value + "}", at("f"));
  Try(type + " f" + rules, R"({"f": )" + value + "}", at("f"));
  Try("repeated " + type + " f" + rules, R"({"f": [7, )" + value + "]}", at("f[1]"));
  Try("map<string, " + type + "> f" + rules, R"({"f": {"k": )" + value + "}}", at("f[k]"));
}

TEST_CASE("numbers in wrappers keep their range", "[gateway][rules]") {
  std::string type = GENERATE("Int32Value", "Int64Value", "UInt32Value", "UInt64Value",
                              "FloatValue", "DoubleValue");
  std::string field =
      "google.protobuf." + type + " f = 1 [(tamarack.api.v1.rules) = {min: 1 max: 9}];";
  Try(field, "{}", "");
  Try(field, R"({"f": 0})", "f: must be at least 1");
  Try("repeated " + field, R"({"f": [9, 10]})", "f[1]: must be at most 9");
}

TEST_CASE("limits at the ends of 64 bits are exact", "[gateway][rules]") {
  auto [field, value, wanted] = GENERATE(table<std::string, std::string, std::string>({
      {Rules("uint64 f", "max: 9223372036854775807"), "9223372036854775807", ""},
      {Rules("uint64 f", "max: 9223372036854775807"), "9223372036854775808",
       "f: must be at most 9223372036854775807"},
      {Rules("int64 f", "max: 9007199254740992"), "9007199254740993",
       "f: must be at most 9007199254740992"},
      {Rules("int64 f", "min: -9223372036854775808"), "-9223372036854775808", ""},
      {Rules("double f", "max: 9223372036854775807"), "9223372036854775808.0",
       "f: must be at most 9223372036854775807"},
      {Rules("double f", "min: 5"), "4.999", "f: must be at least 5"},
      {Rules("double f", "min: 5"), R"("Infinity")", "f: must be a finite number"},
      {Rules("float f", "max: 5"), R"("-Infinity")", "f: must be a finite number"},
      {Rules("double f", "min: 5"), R"("NaN")", "f: must be a finite number"},
  }));
  Try(field, R"({"f": )" + value + "}", wanted);
}

TEST_CASE("every other rule is kept wherever it stands", "[gateway][rules]") {
  const std::string text_list = Rules("repeated string f", "min_len: 2 max_len: 3 max_items: 2");
  const std::string text_map = Rules("map<int32, string> f", "pattern: '[a-z]+' max_items: 2");
  const std::string choice = Rules("string f", "in: 'red' in: 'blue'");
  const std::string bytes = Rules("bytes f", "min_len: 2 max_len: 3");
  auto [field, text, wanted,
        schema] = GENERATE_COPY(table<std::string, std::string, std::string, Schema>({
      {Rules("string f", "required: true"), "{}", "f: required", Schema::kSame},
      {Rules("string f", "required: true"), R"({"f": ""})", "f: required", Schema::kSame},
      {Rules("string f", "required: true"), R"({"f": " \u200b"})", "f: required", Schema::kWider},
      {Rules("string f", "required: true"), R"({"f": "a"})", "", Schema::kSame},
      {Rules("optional string f", "required: true"), R"({"f": ""})", "f: required", Schema::kSame},
      {Rules("google.protobuf.StringValue f", "required: true"), R"({"f": ""})", "f: required",
       Schema::kSame},
      {Rules("google.protobuf.StringValue f", "max_len: 2"), R"({"f": "abc"})",
       "f: must be at most 2 characters", Schema::kSame},
      {Rules("bytes f", "required: true"), R"({"f": ""})", "f: required", Schema::kSame},
      {Rules("int32 f", "required: true"), R"({"f": 0})", "f: required", Schema::kSame},
      {Rules("int32 f", "required: true"), R"({"f": -1})", "", Schema::kSame},
      {Rules("optional int32 f", "required: true"), R"({"f": 0})", "", Schema::kSame},
      {Rules("double f", "required: true"), R"({"f": 0.0})", "f: required", Schema::kSame},
      {Rules("bool f", "required: true"), R"({"f": false})", "f: required", Schema::kSame},
      {Rules("optional bool f", "required: true"), R"({"f": false})", "", Schema::kSame},
      {Rules("E f", "required: true"), R"({"f": "ZERO"})", "f: required", Schema::kSame},
      {Rules("E f", "required: true"), R"({"f": "ONE"})", "", Schema::kSame},
      {Rules("repeated E f", "required: true"), R"({"f": ["ZERO"]})", "", Schema::kSame},
      {"E f = 1;", R"({"f": "ZERO"})", "", Schema::kSame},
      {Rules("repeated string f", "required: true"), R"({"f": []})", "f: required", Schema::kSame},
      {Rules("map<string, string> f", "required: true"), R"({"f": {}})", "f: required",
       Schema::kSame},
      {Rules("Inner f", "required: true"), "{}", "f: required", Schema::kSame},
      {Rules("google.protobuf.Timestamp f", "required: true"), "{}", "f: required", Schema::kSame},
      {Rules("string f", "min_len: 2 max_len: 3"), R"({"f": "é"})",
       "f: must be at least 2 characters", Schema::kSame},
      {Rules("string f", "min_len: 2 max_len: 3"), R"({"f": "ééé"})", "", Schema::kSame},
      {Rules("string f", "min_len: 2 max_len: 3"), R"({"f": "éééé"})",
       "f: must be at most 3 characters", Schema::kSame},
      {Rules("string f", "min_len: 2"), R"({"f": ""})", "", Schema::kNarrower},
      {Rules("optional string f", "min_len: 2"), R"({"f": ""})", "f: must be at least 2 characters",
       Schema::kSame},
      {text_list, R"({"f": ["ab", "abcd"]})", "f[1]: must be at most 3 characters", Schema::kSame},
      {text_list, R"({"f": ["", "a"]})",
       "f[0]: must be at least 2 characters; f[1]: must be at least 2 characters", Schema::kSame},
      {text_list, R"({"f": ["ab", "ab", "ab"]})", "f: must have at most 2 elements", Schema::kSame},
      {text_map, R"({"f": {"7": "ab"}})", "", Schema::kSame},
      {text_map, R"({"f": {"7": "AB"}})", "f[7]: has the wrong format", Schema::kSame},
      {text_map, R"({"f": {"1": "a", "2": "a", "3": "a"}})", "f: must have at most 2 elements",
       Schema::kSame},
      {choice, R"({"f": "blue"})", "", Schema::kSame},
      {choice, R"({"f": "blues"})", "f: must be one of red, blue", Schema::kSame},
      {Rules("string f", "pattern: 'a|b'"), R"({"f": "ab"})", "f: has the wrong format",
       Schema::kSame},
      {bytes, R"({"f": "YQ=="})", "f: must be at least 2 bytes", Schema::kWider},
      {bytes, R"({"f": "YWI="})", "", Schema::kSame},
      {bytes, R"({"f": "YWJjZA=="})", "f: must be at most 3 bytes", Schema::kSame},
      {"Inner f = 1;", "{}", "", Schema::kSame},
      {"Inner f = 1;", R"({"f": {}})", "f.text: required", Schema::kSame},
      {"Inner f = 1;", R"({"f": {"text": "a", "child": {"text": "abcd"}}})",
       "f.child.text: must be at most 3 characters", Schema::kSame},
      {"repeated Inner f = 1;", R"({"f": [{"text": "a"}, {"text": ""}]})", "f[1].text: required",
       Schema::kSame},
      {"map<string, Inner> f = 1;", R"({"f": {"a.b": {"text": "abcd"}}})",
       "f[a.b].text: must be at most 3 characters", Schema::kSame},
      {Rules("Inner f", "required: true") + Rules("string g", "required: true").replace(11, 1, "2"),
       "{}", "f: required; g: required", Schema::kSame},
  }));
  Try(field, text, wanted, schema);
}

TEST_CASE("an enum has the numbers that its proto names", "[gateway][rules]") {
  // JSON has no word for others: a gRPC client can send them all the same.
  auto [field, wire, wanted] = GENERATE(table<std::string, std::string, std::string>({
      {"E f = 1;", "\x08\x01", ""},
      {"E f = 1;", "\x08\x02", "f: must be one of ZERO, ONE"},
      {Rules("E f", "required: true"), "\x08\x02", "f: must be one of ONE"},
      {"repeated E f = 1;", std::string("\x0a\x02\x00\x07", 4), "f[1]: must be one of ZERO, ONE"},
      {"map<string, E> f = 1;", "\x0a\x05\x0a\x01k\x10\x07", "f[k]: must be one of ZERO, ONE"},
  }));
  INFO(field);
  Subject subject(field);
  CHECK(Told(subject.Service(wire)) == wanted);
  CHECK(Told(subject.Gateway(wire)) == wanted);
}

TEST_CASE("the parts that path and query bring of one message are judged together",
          "[gateway][rules]") {
  Subject subject("Inner f = 1;");
  std::string text =
                  "\x0a\x03\x0a\x01"
                  "a",
              child =
                  "\x0a\x05\x12\x03\x0a\x01"
                  "b";
  CHECK(Told(subject.Gateway(text + child)) == "");
  CHECK(Told(subject.Gateway(child)) == "f.text: required");
  CHECK(Told(subject.Service(text + child)) == "");
}

TEST_CASE("both languages have a text for every flaw", "[gateway][rules]") {
  Subject subject(Rules("string f", "required: true max_len: 3"));
  std::string wire;
  REQUIRE_FALSE(JsonToWire(R"({"f": "abcd"})", *subject.route->request_plan, nullptr, wire));
  CHECK(Told(subject.Gateway(wire, "fr")) == "f: doit compter au plus 3 caractères");
  CHECK(Told(subject.Service(wire, "fr")) == "f: doit compter au plus 3 caractères");
  CHECK(Told(subject.Gateway("", "fr")) == "f: obligatoire");
  Problem problem = FromStatus(subject.Gateway("", "fr"), subject.route->shape);
  CHECK(problem.items.at(0).reason == "required");
  for (int i = 0; i <= static_cast<int>(rpc::Breach::kTime); ++i) {
    rpc::Flaw flaw{static_cast<rpc::Breach>(i), "7"};
    CHECK(rpc::Describe(flaw, "en") != rpc::Describe(flaw, "fr"));
    CHECK(rpc::Describe(flaw, "fr").find('{') == std::string::npos);
  }
}

TEST_CASE("types in which nothing is asked are not looked at", "[gateway][rules]") {
  CHECK(Subject("Unruled f = 1; map<string, Unruled> g = 2;").route->request_rules == nullptr);
  Subject subject("Inner f = 1; string plain = 2;");
  REQUIRE(subject.route->request_rules != nullptr);
  CHECK(subject.route->request_rules->fields.size() == 1);
}

TEST_CASE("the platform's own back ends are left to check for themselves", "[gateway][rules]") {
  auto backend = Compile("test", MessageWith(Rules("string f", "required: true")));
  std::vector<std::string> notes;
  CHECK((*RouteTable::Build({backend}, &notes))->routes().at(0)->request_rules == nullptr);
  backend.is_open = true;
  CHECK((*RouteTable::Build({backend}, &notes))->routes().at(0)->request_rules != nullptr);
}

TEST_CASE("a violation is told where the value stood in the request", "[gateway][rules]") {
  RequestShape whole{true, "", {"parent"}}, field{true, "kite", {"kite.name"}}, none;
  auto [shape, path, member, where] =
      GENERATE_COPY(table<RequestShape, std::string, std::string, std::string>({
          {none, "kite.name", "parameter", "kite.name"},
          {whole, "kite.name", "pointer", "/kite/name"},
          {whole, "parent", "parameter", "parent"},
          {whole, "lines[2].amount", "pointer", "/lines/2/amount"},
          {whole, "labels[a/b.c]", "pointer", "/labels/a~1b.c"},
          {field, "kite.name", "parameter", "kite.name"},
          {field, "kite.colour", "pointer", "/colour"},
          {field, "kite", "pointer", ""},
          {field, "kites", "parameter", "kites"},
          {field, "notify", "parameter", "notify"},
      }));
  INFO(path);
  auto item = FromStatus(rpc::InvalidField(path, "is wrong"), shape).items.at(0);
  CHECK(item.member == member);
  CHECK(item.where == where);
}

TEST_CASE("a pointer has the names that the body has", "[gateway][rules]") {
  const std::string fields = R"(
    repeated Leaf leaf_list = 1;
    map<string, Leaf> leaf_map = 2;
    message Leaf { string leaf_text = 1; string other = 2 [json_name = "_other"]; })";
  auto [style, path, where] = GENERATE(table<const char*, std::string, std::string>({
      {"PROTO_JSON", "leaf_list[1].leaf_text", "/leafList/1/leafText"},
      {"PROTO_JSON", "leafList[1].leafText", "/leafList/1/leafText"},
      {"PROTO_JSON", "leaf_map[leaf_text.a].leaf_text", "/leafMap/leaf_text.a/leafText"},
      {"PROTO_JSON", "leaf_list[1].no_field", "/leafList/1/no_field"},
      {"JSON_STYLE_UNSPECIFIED", "leaf_list[1].leaf_text", "/leaf_list/1/leaf_text"},
      {"JSON_STYLE_UNSPECIFIED", "leaf_list[1].other", "/leaf_list/1/_other"},
  }));
  INFO(style << " " << path);
  std::string proto = MessageWith(fields);
  std::string before = "service S {";
  proto.insert(proto.find(before) + before.size(),
               std::string("option (tamarack.api.v1.service) = {json_style: ") + style + "};");
  std::vector<std::string> notes;
  auto table = RouteTable::Build({Compile("test", proto)}, &notes);
  REQUIRE(table.ok());
  auto violation = rpc::InvalidField(path, "is wrong");
  CHECK(FromStatus(violation, (*table)->routes().at(0)->shape).items.at(0).where == where);
}

// A PATCH, and what is required of it.
struct Patch {
  Patch() {
    std::string proto = MessageWith(R"(
      string id = 1 [(tamarack.api.v1.rules) = {required: true}];
      Thing thing = 2 [(tamarack.api.v1.rules) = {required: true}];
      google.protobuf.FieldMask update_mask = 3;
      message Thing {
        string name = 1 [(tamarack.api.v1.rules) = {required: true max_len: 3}];
        Inner part = 2 [(tamarack.api.v1.rules) = {required: true}];
        repeated Inner parts = 3;
        int32 count = 4;
      })");
    BackendDescriptors backend = Compile(
        "test",
        Replaced(Replaced(proto, R"(post: "/t" body: "*")", R"(patch: "/t/{id}" body: "thing")"),
                 R"(import "google/protobuf/timestamp.proto";)",
                 R"(import "google/protobuf/field_mask.proto";)"));
    backend.plugin = std::make_shared<const Plugin>(Plugin{"ministry"});
    std::vector<std::string> notes;
    auto built = RouteTable::Build({backend}, &notes);
    INFO(built.status());
    REQUIRE(built.ok());
    table = *built;
  }
  // What is wrong with a request for `/t/7` with this query.
  std::string Flaws(const std::string& query, const std::string& body) const {
    PathSegments segments;
    REQUIRE_FALSE(SplitPath("/t/7", &segments));
    auto match = table->router().Find("PATCH", segments);
    const Route& route = table->route(match.target);
    Bound bound = BindRequest(route, match, {query, "application/json", body});
    REQUIRE(bound.outcome == Bound::Outcome::kOk);
    return Told(
        CheckWire(*route.request_rules, bound.wire, "en", {route.body_field, route.mask_field}));
  }
  std::shared_ptr<const RouteTable> table;
};

TEST_CASE("a PATCH need not repeat what is required and stays as it is", "[gateway][rules]") {
  Patch patch;
  auto [query, body, wanted] = GENERATE(table<std::string, std::string, std::string>({
      {"", R"({"count": 1})", ""},
      {"", R"({"name": ""})", "thing.name: required"},
      {"", R"({"name": "abcd"})", "thing.name: must be at most 3 characters"},
      {"", R"({"part": {}})", "thing.part.text: required"},
      {"", R"({"parts": [{}]})", "thing.parts[0].text: required"},
      {"update_mask=count", R"({"count": 1})", ""},
      {"update_mask=name", R"({"count": 1})", "thing.name: required"},
      {"update_mask=part", R"({"count": 1})", "thing.part: required"},
      {"update_mask=part.child", R"({"part": {"child": {"text": "a"}}})", ""},
      {"update_mask=part.text", R"({"part": {"child": {"text": "a"}}})",
       "thing.part.text: required"},
      {"update_mask=*", R"({"count": 1})", "thing.name: required; thing.part: required"},
      {"update_mask=count", R"({"name": "abcd"})", "thing.name: must be at most 3 characters"},
  }));
  INFO(query << " " << body);
  CHECK(patch.Flaws(query, body) == wanted);
}

}  // namespace
}  // namespace tamarack::gateway
