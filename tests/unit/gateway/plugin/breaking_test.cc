// AIP-180: which changes of a back end break its callers. Each row changes one place of one
// service.
#include "gateway/plugin/breaking.h"
#include "tests/support/compile_proto.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

constexpr char kBefore[] = R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "tamarack/api/v1/policy.proto";
service S {
  rpc Get(GetRequest) returns (Thing) {
    option (google.api.http) = {get: "/t/{id}" additional_bindings {get: "/u/{id}"}};
    option (tamarack.api.v1.policy) = {access: PUBLIC ignore_query: "utm_source"};
  }
  rpc Create(CreateRequest) returns (Thing) {
    option (google.api.http) = {post: "/t" body: "thing" response_body: "part"};
    option (tamarack.api.v1.policy) = {
      access: TOKEN scopes: "a" scopes: "b" success_status: 201 body_bytes_max: 4096 idempotency: OPTIONAL
    };
  }
  rpc Hidden(Secret) returns (Secret);
}
message GetRequest {
  string id = 1;
  string other = 2;
  string filter = 3;
}
message CreateRequest {
  Thing thing = 1;
}
message Thing {
  string id = 1 [(tamarack.api.v1.rules) = {min_len: 1 max_len: 9 pattern: "[a-z]+"}];
  int32 count = 2 [json_name = "count", (tamarack.api.v1.rules) = {min: 1 max: 5}];
  repeated string tags = 3 [(tamarack.api.v1.rules) = {max_items: 4}];
  Part part = 4;
  Colour colour = 5;
  google.protobuf.Timestamp time = 6;
  oneof choice {
    string a = 7;
    string b = 8;
  }
  string kind = 9 [(tamarack.api.v1.rules) = {in: "x" in: "y"}];
  map<string, int32> counts = 10;
  int64 big = 11;
  Thing next = 12;
  string plain = 13;
}
message Part {
  string name = 1;
}
message Secret {
  string of = 1;
}
enum Colour {
  COLOUR_UNSPECIFIED = 0;
  RED = 1;
}
)";

struct Change {
  const char* from;
  const char* to;
};

std::vector<Finding> After(const Change& change) {
  INFO(change.from << " → " << change.to);
  static const auto before = CompileRoutes(kBefore);
  return FindBreaking(*before, *CompileRoutes(Replaced(kBefore, change.from, change.to)));
}

TEST_CASE("what breaks callers is found by its rule", "[gateway][breaking]") {
  struct Case {
    Change change;
    const char* rule;
  };
  auto [change, rule] = GENERATE(values<Case>({
      // Routes.
      {{R"( additional_bindings {get: "/u/{id}"})", ""}, "route-removed"},
      {{R"(get: "/u/{id}")", R"(get: "/v/{id}")"}, "route-removed"},
      {{R"(post: "/t")", R"(put: "/t")"}, "route-removed"},
      {{"access: PUBLIC ", "access: INTERNAL "}, "route-removed"},
      {{"rpc Create(", "rpc Make("}, "method-changed"},
      {{"service S {", "service T {"}, "method-changed"},
      {{R"(get: "/t/{id}")", R"(get: "/t/{other}")"}, "path-changed"},
      {{R"(body: "thing")", R"(body: "*")"}, "body-changed"},
      {{R"(body: "thing" response_body: "part")", R"(body: "thing")"}, "body-changed"},
      {{"rpc Get(GetRequest) returns (Thing)", "rpc Get(GetRequest) returns (google.api.HttpBody)"},
       "body-changed"},
      // Policies.
      {{"access: PUBLIC ", "access: TOKEN "}, "access-narrowed"},
      {{"access: TOKEN scopes", "access: SESSION scopes"}, "access-narrowed"},
      {{R"(scopes: "b" )", ""}, "scopes-narrowed"},
      {{R"(access: PUBLIC)", R"(access: PUBLIC scopes: "a")"}, "scopes-narrowed"},
      {{"idempotency: OPTIONAL", "idempotency: REQUIRED"}, "idempotency-required"},
      {{"access: PUBLIC ", "access: PUBLIC get_has_effect: true "}, "head-removed"},
      {{"body_bytes_max: 4096", "body_bytes_max: 4095"}, "limit-lowered"},
      {{R"( ignore_query: "utm_source")", ""}, "parameter-refused"},
      // Fields.
      {{"string plain = 13;", ""}, "field-removed"},
      {{"string filter = 3;", ""}, "field-removed"},
      {{"string plain = 13;", "string flat = 13;"}, "field-removed"},
      {{"string name = 1;", "string title = 1;"}, "field-removed"},
      {{"int64 big = 11;", "int32 big = 11;"}, "field-type"},
      {{"string plain = 13;", "bytes plain = 13;"}, "field-type"},
      {{"google.protobuf.Timestamp time", "google.protobuf.Duration time"}, "field-type"},
      {{"google.protobuf.Timestamp time", "Part time"}, "field-type"},
      {{"string plain = 13;", "string plain = 14;"}, "field-number"},
      {{"string plain = 13;", "repeated string plain = 13;"}, "field-label"},
      {{"repeated string tags", "string tags"}, "field-label"},
      {{R"(json_name = "count")", R"(json_name = "n")"}, "field-json-name"},
      {{"oneof choice {\n    string a = 7;", "string a = 7; oneof choice {"}, "field-oneof"},
      {{"map<string, int32> counts", "map<string, string> counts"}, "field-type"},
      {{"int64 big = 11;", "int64 big = 11 [(tamarack.api.v1.rules) = {json_string: true}];"},
       "field-json-form"},
      {{"RED = 1;", "BLUE = 1;"}, "enum-value"},
      {{"RED = 1;", "RED = 2;"}, "enum-value"},
      // Requests that are no longer accepted.
      {{"Thing thing = 1;",
        "Thing thing = 1; string why = 2 [(tamarack.api.v1.rules) = {required: true}];"},
       "field-required"},
      {{"string name = 1;", "string name = 1 [(tamarack.api.v1.rules) = {required: true}];"},
       "field-required"},
      {{"max_len: 9", "max_len: 8"}, "rule-narrowed"},
      {{"min_len: 1 ", "min_len: 2 "}, "rule-narrowed"},
      {{"min: 1 max: 5", "min: 2 max: 5"}, "rule-narrowed"},
      {{"min: 1 max: 5", "min: 1 max: 4"}, "rule-narrowed"},
      {{"max_items: 4", "max_items: 3"}, "rule-narrowed"},
      {{R"(in: "x" in: "y")", R"(in: "x")"}, "rule-narrowed"},
      {{"string name = 1;", R"(string name = 1 [(tamarack.api.v1.rules) = {pattern: "a"}];)"},
       "pattern-changed"},
  }));
  auto findings = After(change);
  REQUIRE_FALSE(findings.empty());
  for (const Finding& finding : findings) {
    INFO(finding.text);
    CHECK(finding.rule == rule);
    CHECK(finding.is_error);
  }
}

TEST_CASE("what only a look at the meaning can judge is told", "[gateway][breaking]") {
  struct Case {
    Change change;
    const char* rule;
  };
  auto [change, rule] = GENERATE(values<Case>({
      {{"success_status: 201", "success_status: 202"}, "status-changed"},
      {{R"("[a-z]+")", R"("[a-z]*")"}, "pattern-changed"},
      {{"string plain = 13;", "optional string plain = 13;"}, "field-presence"},
  }));
  auto findings = After(change);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rule == rule);
  CHECK_FALSE(findings[0].is_error);
}

TEST_CASE("what callers do not notice is no finding", "[gateway][breaking]") {
  auto change = GENERATE(values<Change>({
      {R"(get: "/u/{id}")", R"(get: "/u/{id}"} additional_bindings {get: "/w/{id}")"},
      {"string plain = 13;", "string plain = 13; string more = 14;"},
      {"RED = 1;", "RED = 1; BLUE = 2;"},
      {"string of = 1;", ""},
      {"rpc Hidden(Secret) returns (Secret);", ""},
      {"access: TOKEN scopes", "access: PUBLIC scopes"},
      {R"(scopes: "b")", R"(scopes: "b" scopes: "c")"},
      {R"(scopes: "a" scopes: "b" )", ""},
      {"body_bytes_max: 4096 ", ""},
      {"idempotency: OPTIONAL", ""},
      {"max_len: 9", "max_len: 10"},
      {"max_len: 9", ""},
      {"min: 1 max: 5", "min: 0 max: 6"},
      {"max_items: 4", "max_items: 5"},
      {R"(in: "x" in: "y")", R"(in: "x" in: "y" in: "z")"},
      {R"( pattern: "[a-z]+")", ""},
  }));
  for (const Finding& finding : After(change)) FAIL(finding.rule << ": " << finding.text);
}

TEST_CASE("a message may be renamed as long as its fields stay", "[gateway][breaking]") {
  std::string after = Replaced(kBefore, "Part part = 4;", "Piece part = 4;");
  after = Replaced(after, "message Part {", "message Piece {");
  CHECK(FindBreaking(*CompileRoutes(kBefore), *CompileRoutes(after)).empty());
}

TEST_CASE("rules of answers are no rules for callers", "[gateway][breaking]") {
  std::string after = Replaced(kBefore, "rpc Create(CreateRequest) returns (Thing)",
                               "rpc Create(CreateRequest) returns (Made)");
  std::string before = Replaced(after, "message Part {",
                                "message Made { Part part = 1; string at = 2; }\nmessage Part {");
  after =
      Replaced(after, "message Part {",
               "message Made { Part part = 1; string at = 2 [(tamarack.api.v1.rules) = {required: "
               "true max_len: 3}]; }\nmessage Part {");
  CHECK(FindBreaking(*CompileRoutes(before), *CompileRoutes(after)).empty());
}

}  // namespace
}  // namespace tamarack::gateway
