// The OpenAPI document: what it says of routes, and what it leaves out.
#include "gateway/openapi/openapi.h"
#include "fixture.h"
#include "gateway/openapi/comment.h"
#include "gateway/openapi/example.h"
#include "tests/support/compile_proto.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <set>

namespace tamarack::gateway {
namespace {

namespace json = boost::json;

json::object Toy(std::optional<size_t> backend = std::nullopt) {
  auto routes = ToyRoutes();
  return MakeOpenApi(*routes, {"https://services.example"}, backend);
}

json::object Operation(const json::object& document, const char* path, const char* method) {
  INFO(path);
  REQUIRE(document.at("paths").as_object().contains(path));
  return document.at("paths").at(path).at(method).as_object();
}

TEST_CASE("a stream has three forms", "[gateway]") {
  json::object watch = Operation(Toy(), "/toy/v1/kites:watch", "get");
  const auto& content = watch.at("responses").at("200").at("content").as_object();
  CHECK(content.size() == 3);
  CHECK(Show(content.at("application/json").at("schema").at("type")) == "array");
  CHECK(content.contains("application/x-ndjson"));
  CHECK(content.contains("text/event-stream"));
}

TEST_CASE("an operation has its texts, body, success and errors", "[gateway]") {
  json::object document = Toy();
  CHECK(Show(document.at("openapi")) == "3.1.0");
  json::object create = Operation(document, "/toy/v1/kites", "post");
  CHECK(Show(create.at("operationId")) == "KiteService_CreateKite");
  CHECK(Show(create.at("summary")) == "Creates a kite.");
  CHECK(Show(create.at("tags").at(0)) == "Kite");
  CHECK(create.at("security").at(0).as_object().contains("bearer"));
  CHECK(Show(create.at("description")) == "Creates a kite.\n\nNeeds the scope `toy.write`.");
  const auto& created = create.at("responses").at("201");
  CHECK(created.at("headers").as_object().contains("Location"));
  CHECK(created.at("headers").as_object().contains("Idempotent-Replayed"));
  CHECK(Show(create.at("responses").at("413").at("$ref")) == "#/components/responses/TooLarge");
  CHECK(create.at("parameters").as_array().size() == 1);
  CHECK(Show(create.at("parameters").at(0).at("name")) == "Idempotency-Key");
  const auto& content = create.at("requestBody").at("content").as_object();
  CHECK(content.contains("application/json"));
  CHECK(content.contains("application/x-www-form-urlencoded"));
  const auto& problem = document.at("components").at("responses").at("TooLarge");
  const auto& media = problem.at("content").at("application/problem+json");
  CHECK(Show(media.at("example").at("type")) == "https://services.example/problems/too-large");
}

TEST_CASE("pages and methods without a word in OpenAPI are left out", "[gateway]") {
  json::object document = Toy();
  CHECK_FALSE(document.at("paths").as_object().contains("/{lang}/toy"));
  CHECK_FALSE(document.at("paths").at("/toy/v1/echo").as_object().contains("purge"));
  std::string text = json::serialize(document);
  CHECK(text.find("Backstage") == std::string::npos);
  CHECK(text.find("orgotten") == std::string::npos);
}

TEST_CASE("templates become OpenAPI's own", "[gateway]") {
  json::object document = Toy();
  CHECK(Operation(document, "/toy/v1/kites/{name}", "get").contains("parameters"));
  json::object land = Operation(document, "/toy/v1/kites/{name}:land", "post");
  CHECK(land.at("parameters").as_array().size() == 2);
  json::object by_name = Operation(document, "/toy/v1/by-name/{name}", "get");
  CHECK(Show(by_name.at("operationId")) == "KiteService_GetKite_2");
  CHECK(Show(by_name.at("parameters").at(0).at("description")) == "May hold slashes.");
  CHECK(Operation(document, "/toy/v1/kites", "get").at("parameters").as_array().size() == 5);
}

TEST_CASE("fields carry their rules and comments", "[gateway]") {
  json::object document = Toy();
  const auto& kite = document.at("components").at("schemas").at("toy.v1.Kite").as_object();
  CHECK(Show(kite.at("required").at(0)) == "colour");
  const auto& properties = kite.at("properties");
  CHECK(Show(properties.at("colour").at("maxLength")) == "20");
  CHECK(Show(properties.at("price_cents").at("maximum")) == "1000000");
  CHECK(Show(properties.at("price_cents").at("description")) == "In minor units.");
  CHECK(Show(properties.at("note").at("type").at(1)) == "null");
}

TEST_CASE("rules of a list's texts are at its items", "[gateway]") {
  std::vector<std::string> notes;
  google::api::HttpRule rule;
  rule.set_post("/a");
  rule.set_body("*");
  auto table = RouteTable::Build({OneMethod("a", rule)}, &notes);
  INFO(table.status());
  REQUIRE(table.ok());
  json::object document = MakeOpenApi(**table, {"https://services.example"});
  const auto& properties = document.at("components").at("schemas").at("a.Request").at("properties");
  CHECK(Show(properties.at("id").at("maxLength")) == "7");
  CHECK(Show(properties.at("list").at("items").at("maxLength")) == "7");
  CHECK(Show(properties.at("list").at("maxItems")) == "3");
  CHECK_FALSE(properties.at("list").as_object().contains("maxLength"));
}

TEST_CASE("a method on its way out is marked, with its end", "[gateway]") {
  json::object document = Toy();
  json::object old = Operation(document, "/toy/v0/kites", "get");
  CHECK(old.at("deprecated").as_bool());
  CHECK(Show(old.at("x-sunset")) == "Fri, 01 Feb 2126 00:00:00 GMT");
  CHECK(old.at("responses").as_object().contains("410"));
  CHECK(old.at("responses").at("200").at("headers").as_object().contains("Sunset"));
  CHECK_FALSE(Operation(document, "/toy/v1/kites", "get").contains("deprecated"));
}

TEST_CASE("the document of one back end has the ids of the whole", "[gateway]") {
  std::vector<std::string> notes;
  auto route = [](const char* path) {
    google::api::HttpRule rule;
    rule.set_get(path);
    return rule;
  };
  auto table =
      RouteTable::Build({OneMethod("a", route("/a")), OneMethod("b", route("/b"))}, &notes);
  REQUIRE(table.ok());
  OpenApiOptions options{"https://services.example"};
  json::object whole = MakeOpenApi(**table, options);
  json::object part = MakeOpenApi(**table, options, 1);
  CHECK_FALSE(part.at("paths").as_object().contains("/a"));
  CHECK(Operation(part, "/b", "get") == Operation(whole, "/b", "get"));
  CHECK(Operation(whole, "/a", "get").at("operationId") !=
        Operation(whole, "/b", "get").at("operationId"));
  CHECK(OpenApiPath(**table, 1) == "/openapi/b.json");
}

TEST_CASE("examples keep to the field rules", "[gateway]") {
  auto routes = ToyRoutes();
  const auto& pool = *routes->routes()[0]->method->file()->pool();
  auto example = *ExampleOf(*pool.FindMessageTypeByName("toy.v1.Kite"));
  CHECK(Show(example.at("colour")) == "colour");
  CHECK(Show(example.at("price_cents")) == "1");
  auto all = *ExampleOf(*pool.FindMessageTypeByName("toy.v1.AllTypes"));
  CHECK(Show(all.at("colour")) == "RED");
  CHECK(Show(all.at("big_number")) == "1");
  CHECK(all.at("big_number").is_string());
  CHECK(Show(all.at("duration")) == "1.5s");
  CHECK(all.as_object().contains("choice_text"));
  CHECK_FALSE(all.as_object().contains("choice_number"));
  CHECK(Show(all.at("bool_map")) == R"({"true":"value"})");
}

TEST_CASE("an example of a message-typed field is that message's JSON, and guesses are left out",
          "[gateway]") {
  auto routes = CompileRoutes(R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "tamarack/api/v1/policy.proto";
message Fish {
  google.protobuf.Timestamp end = 1 [(tamarack.api.v1.rules).example = "2099-12-31T23:59:59Z"];
  google.protobuf.Struct values = 2 [(tamarack.api.v1.rules).example = "{\"name\": \"Zoé\"}"];
  google.protobuf.Value any = 3 [(tamarack.api.v1.rules).example = "[1, 2]"];
  google.protobuf.Int32Value count = 4 [(tamarack.api.v1.rules).example = "7"];
  google.protobuf.StringValue word = 5 [(tamarack.api.v1.rules).example = "7"];
  google.protobuf.Struct broken = 6 [(tamarack.api.v1.rules).example = "{"];
  optional string guess = 7;
  optional bool is_guess = 8;
  optional string nothing = 9 [(tamarack.api.v1.rules).null_when_unset = true];
  optional string given = 10 [(tamarack.api.v1.rules).example = "a"];
  optional string needed = 11 [(tamarack.api.v1.rules).required = true];
  string plain = 12;
}
service Sea {
  rpc Make(Fish) returns (Fish) {
    option (google.api.http) = {post: "/fish" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
)");
  auto example = *ExampleOf(*routes->routes()[0]->method->input_type());
  CHECK(json::serialize(example) ==
        R"({"end":"2099-12-31T23:59:59Z","values":{"name":"Zoé"},"any":[1,2],"count":7,"word":"7",)"
        R"("broken":"{","nothing":null,"given":"a","needed":"needed","plain":"plain"})");
}

TEST_CASE("a reused key is refused as the service's API has it, in text and answers alike",
          "[gateway]") {
  auto document_of = [](const char* service) {
    auto routes = CompileRoutes(absl::StrCat(R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "tamarack/api/v1/policy.proto";
message Fish { string name = 1; }
service Sea {
  option (tamarack.api.v1.service) = {)",
                                             service, R"(};
  rpc Make(Fish) returns (Fish) {
    option (google.api.http) = {post: "/fish" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC idempotency: OPTIONAL};
  }
}
)"));
    return Operation(MakeOpenApi(*routes, {"https://services.example"}), "/fish", "post");
  };
  for (const auto& [service, status, has_422] :
       {std::tuple("error_codes: {key: 'Make.conflict' value: 'P0191'}", "409", false),
        std::tuple("error_codes: {key: 'conflict' value: 'X1'}", "422", true),
        std::tuple("error_shape: CODE_AND_DESCRIPTION", "422", true),
        std::tuple("error_shape: STATUS_CODE_AND_ERRORS", "422", true),
        std::tuple("", "422", true)}) {
    INFO(service);
    json::object operation = document_of(service);
    std::string text = Show(operation.at("parameters").at(0).at("description"));
    CHECK(text.find(absl::StrCat("With another body ", status)) != std::string::npos);
    CHECK(operation.at("responses").as_object().contains("409"));
    CHECK(operation.at("responses").as_object().contains("422") == has_422);
  }
}

TEST_CASE("conditional requests are described where they are possible", "[gateway]") {
  json::object document = Toy();
  auto answers = [&](const char* path, const char* method) {
    return Operation(document, path, method).at("responses").as_object();
  };
  json::object read = answers("/toy/v1/kites/{name}", "get");
  CHECK(Show(read.at("304").at("$ref")) == "#/components/responses/NotModified");
  CHECK(read.at("200").at("headers").as_object().contains("ETag"));
  CHECK_FALSE(read.contains("412"));
  CHECK(document.at("components").at("responses").as_object().contains("NotModified"));
  CHECK(document.at("components").at("headers").as_object().contains("ETag"));
  CHECK_FALSE(answers("/toy/v1/kites:watch", "get").contains("304"));
  CHECK_FALSE(answers("/toy/v1/download", "get").contains("304"));
  CHECK_FALSE(answers("/toy/v1/kites", "post").contains("304"));
  CHECK_FALSE(answers("/toy/v1/kites", "post").contains("412"));

  const char* update = "/toy/v1/owners/{owner}/kites/{kite.name}";
  CHECK(Show(answers(update, "patch").at("412").at("$ref")) ==
        "#/components/responses/PreconditionFailed");
  auto parameters = json::serialize(Operation(document, update, "patch").at("parameters"));
  CHECK(parameters.find(R"("name":"If-Match")") != std::string::npos);
}

TEST_CASE("conditions are described where the service gets them", "[gateway]") {
  auto routes = CompileRoutes(R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "tamarack/api/v1/policy.proto";
message Fish { string name = 1; }
service Sea {
  rpc Put(Fish) returns (Fish) {
    option (google.api.http) = {put: "/fish" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC pass_headers: "if-none-match"};
  }
  rpc Open(Fish) returns (Fish) {
    option (google.api.http) = {get: "/open"};
    option (tamarack.api.v1.policy) = {
      access: PUBLIC get_has_effect: true pass_headers: "If-Match" pass_headers: "if-none-match"
    };
  }
  rpc Look(Fish) returns (Fish) {
    option (google.api.http) = {get: "/look"};
    option (tamarack.api.v1.policy) = {access: PUBLIC pass_headers: "if-match"};
  }
  rpc Upload(google.api.HttpBody) returns (Fish) {
    option (google.api.http) = {post: "/raw" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
)");
  json::object document = MakeOpenApi(*routes, {"https://services.example"});
  auto [path, method, conditions, has_412] =
      GENERATE(table<const char*, const char*, std::set<std::string>, bool>({
          {"/fish", "put", {"If-None-Match"}, true},
          {"/open", "get", {"If-Match", "If-None-Match"}, true},
          {"/look", "get", {}, false},
          {"/raw", "post", {}, false},
      }));
  INFO(path);
  json::object operation = Operation(document, path, method);
  std::set<std::string> found;
  if (const json::value* parameters = operation.if_contains("parameters")) {
    for (const json::value& parameter : parameters->as_array()) {
      if (Show(parameter.at("in")) == "header") found.insert(Show(parameter.at("name")));
    }
  }
  CHECK(found == conditions);
  CHECK(operation.at("responses").as_object().contains("412") == has_412);
  // Whatever the body is, none in a content coding is taken.
  bool has_body = operation.contains("requestBody");
  CHECK(operation.at("responses").as_object().contains("415") == has_body);
}

TEST_CASE("a service is described in its own JSON style", "[gateway]") {
  auto routes = CompileRoutes(R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "tamarack/api/v1/policy.proto";
message Fish {
  int64 weight_grams = 1 [(tamarack.api.v1.rules) = {required: true min: 5 example: "7"}];
  repeated uint64 fin_sizes = 2;
  int32 eye_count = 3 [(tamarack.api.v1.rules) = {min: 2}];
  string pet_name = 4 [(tamarack.api.v1.rules) = {null_when_unset: true}];
  Fish small_fish = 5;
}
service Camel {
  option (tamarack.api.v1.service) = {json_style: PROTO_JSON};
  rpc Make(Fish) returns (Fish) {
    option (google.api.http) = {post: "/camel" body: "*" additional_bindings {get: "/camel"}};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
service Snake {
  rpc Make(Fish) returns (Fish) {
    option (google.api.http) = {post: "/snake" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
)");
  json::object document = MakeOpenApi(*routes, {"https://services.example"});
  const auto& schemas = document.at("components").at("schemas").as_object();
  const auto& camel = schemas.at("t.Fish-ProtoJson").at("properties");
  CHECK(json::serialize(schemas.at("t.Fish-ProtoJson").at("required")) == R"(["weightGrams"])");
  CHECK(json::serialize(camel.at("weightGrams")) ==
        R"({"type":"string","format":"int64","x-minimum":5,"examples":["7"]})");
  CHECK(Show(camel.at("finSizes").at("items").at("type")) == "string");
  CHECK(Show(camel.at("eyeCount").at("minimum")) == "2");
  CHECK(Show(camel.at("petName").at("type")) == "string");
  CHECK(Show(camel.at("smallFish").at("$ref")) == "#/components/schemas/t.Fish-ProtoJson");
  const auto& snake = schemas.at("t.Fish").at("properties");
  CHECK(Show(snake.at("weight_grams").at("type")) == "integer");
  CHECK(Show(snake.at("weight_grams").at("minimum")) == "5");
  CHECK(Show(snake.at("pet_name").at("type").at(1)) == "null");

  auto made = Operation(document, "/camel", "post");
  for (const auto& media : {made.at("requestBody"), made.at("responses").at("200")}) {
    const auto& body = media.at("content").at("application/json");
    CHECK(Show(body.at("schema").at("$ref")) == "#/components/schemas/t.Fish-ProtoJson");
    CHECK(Show(body.at("example").at("weightGrams")) == "7");
    CHECK(body.at("example").at("finSizes").at(0).is_string());
  }
  auto parameter = Operation(document, "/camel", "get").at("parameters").at(0);
  CHECK(Show(parameter.at("name")) == "weight_grams");
  CHECK(Show(parameter.at("schema").at("type")) == "integer");
  auto other = Operation(document, "/snake", "post").at("responses").at("200");
  CHECK(Show(other.at("content").at("application/json").at("schema").at("$ref")) ==
        "#/components/schemas/t.Fish");
}

TEST_CASE("a summary is the first sentence", "[gateway]") {
  CHECK(FirstSentence("Lists kites. Newest first.") == "Lists kites.");
  CHECK(FirstSentence("Lists kites.") == "Lists kites.");
  CHECK(FirstSentence("One line\nand another.") == "One line");
  CHECK(FirstSentence("") == "");
}

}  // namespace
}  // namespace tamarack::gateway
