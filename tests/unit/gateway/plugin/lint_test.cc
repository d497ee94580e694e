// What a new version of a back end is told at load: each rule by the smallest change that breaks
// it.
#include "gateway/plugin/lint.h"
#include "tests/support/compile_proto.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

constexpr char kClean[] = R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/protobuf/field_mask.proto";
import "tamarack/api/v1/policy.proto";
service S {
  rpc Get(GetRequest) returns (Thing) {
    option (google.api.http) = {get: "/t/{id}" additional_bindings {get: "/u/{id}"}};
    option (tamarack.api.v1.policy) = {access: TOKEN pass_headers: "if-match" pass_cookies: "flavour"};
  }
  rpc Create(Thing) returns (Thing) {
    option (google.api.http) = {post: "/t" body: "*" additional_bindings {post: "/u" body: "*"}};
    option (tamarack.api.v1.policy) = {
      access: TOKEN success_status: 201 location: "/t/{id}" timeout_ms: 5000 idempotency: OPTIONAL
    };
  }
  rpc Update(UpdateRequest) returns (Thing) {
    option (google.api.http) = {patch: "/t/{thing.id}" body: "thing"};
    option (tamarack.api.v1.policy) = {access: TOKEN};
  }
  rpc Delete(GetRequest) returns (Thing) {
    option (google.api.http) = {delete: "/t/{id}"};
    option (tamarack.api.v1.policy) = {access: TOKEN};
  }
}
message GetRequest {
  string id = 1;
  string why = 2;
}
message Thing {
  string id = 1 [(tamarack.api.v1.rules) = {pattern: "[a-z]+" min_len: 1 max_len: 9}];
  int32 count = 2 [(tamarack.api.v1.rules) = {min: 1 max: 5}];
  repeated string tags = 3;
  Part part = 4;
}
message Part {
  string name = 1 [(tamarack.api.v1.rules) = {max_len: 8}];
}
message UpdateRequest {
  Thing thing = 1;
  google.protobuf.FieldMask mask = 2;
  repeated Thing more = 3;
}
)";

TEST_CASE("a plug-in without paths does not speak for the site", "[gateway][lint]") {
  for (const char* path :
       {"/", "/{id}", "/{id}/{why}", "/*", "/**", "/.well-known/acme-challenge/{id}",
        "/.well-known/assetlinks.json", "/robots.txt", "/oauth2/{id}"}) {
    INFO(path);
    std::vector<std::string> notes;
    auto backend = Compile("test", Replaced(kClean, "/u/{id}", path));
    CHECK(Lint(**RouteTable::Build({backend}, &notes)).empty());  // the platform's own may
    backend.plugin = std::make_shared<const Plugin>(
        Plugin{.owner = "ministry", .cookies = {"flavour"}, .headers = {"If-Match"}});
    auto findings = Lint(**RouteTable::Build({backend}, &notes));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "foreign-path");
    CHECK(findings[0].is_error);
  }
}

TEST_CASE("a clean service has no finding", "[gateway][lint]") {
  for (const Finding& finding : Lint(*CompileRoutes(kClean))) FAIL(finding.rule << finding.text);
}

TEST_CASE("each lint rule finds the smallest change that breaks it", "[gateway][lint]") {
  struct Case {
    const char* from;
    const char* to;
    const char* rule;
    bool is_error;
  };
  auto [from, to, rule, is_error] = GENERATE(values<Case>({
      {R"(get: "/t/{id}")", R"(get: "/t/{id}" body: "why")", "get-body", true},
      {R"(delete: "/t/{id}")", R"(delete: "/t/{id}" body: "*")", "get-body", true},
      {R"(body: "thing")", R"(body: "more")", "repeated-body", true},
      {R"(get: "/u/{id}")", R"(get: "/openapi.json")", "own-path", true},
      {R"(get: "/u/{id}")", R"(get: "/assets/{id}")", "own-path", true},
      {R"(get: "/u/{id}")", R"(get: "/.well-known/api-catalog")", "own-path", true},
      {R"(post: "/u" body: "*")", R"(post: "/u" body: "part")", "additional-body", false},
      {R"(post: "/u" body: "*")", R"(put: "/u")", "additional-body", false},
      {R"(google.protobuf.FieldMask mask = 2;)", "", "patch-mask", false},
      {R"(pass_headers: "if-match")", "idempotency: REQUIRED", "get-idempotency", false},
      {R"(success_status: 201)", "get_has_effect: true", "get-effect", false},
      {R"(success_status: 201)", "success_status: 303", "success-status", true},
      {R"(timeout_ms: 5000)", "timeout_ms: -1", "negative-limit", true},
      {R"(timeout_ms: 5000)", "body_bytes_max: -1", "negative-limit", true},
      {R"("if-match")", R"("Authorization")", "credential", true},
      {R"("if-match")", R"("cookie")", "credential", true},
      {R"("flavour")", R"("__Host-tamarack-session")", "credential", true},
      {R"(location: "/t/{id}")", R"(location: "/t/{ident}")", "location-field", true},
      {R"(location: "/t/{id}")", R"(location: "/t/{part}")", "location-field", true},
      {R"(location: "/t/{id}")", R"(location: "/t/{tags}")", "location-field", true},
      {R"(location: "/t/{id}")", R"(location: "/t/{id.x}")", "location-field", true},
      {R"(location: "/t/{id}")", R"(location: "/t/{id")", "location-field", true},
      {R"("[a-z]+")", R"("[a-z")", "field-pattern", true},
      {R"(min: 1 max: 5)", "min: 6 max: 5", "field-range", true},
      {R"(min_len: 1 max_len: 9)", "min_len: 10 max_len: 9", "field-range", true},
      {R"({max_len: 8})", "{min_len: 9 max_len: 8}", "field-range", true},
      {R"({max_len: 8})", "{min: 1}", "field-rule", true},
      {R"({max_len: 8})", "{max_items: 1}", "field-rule", true},
      {R"(min: 1 max: 5)", "max_len: 5", "field-rule", true},
      {R"(min: 1 max: 5)", "in: '5'", "field-rule", true},
      {R"(repeated string tags = 3)", "bool b = 3 [(tamarack.api.v1.rules).max = 1]", "field-rule",
       true},
      {R"(Part part = 4)", "bytes b = 4 [(tamarack.api.v1.rules).pattern = 'a']", "field-rule",
       true},
  }));
  INFO(from << " → " << to);
  auto findings = Lint(*CompileRoutes(Replaced(kClean, from, to)));
  REQUIRE_FALSE(findings.empty());
  for (const Finding& finding : findings) {
    CHECK(finding.rule == rule);
    CHECK(finding.is_error == is_error);
    CHECK(finding.text.starts_with("t."));
  }
  for (const Finding& finding : Lint(*CompileRoutes(Replaced(kClean, from, to)), {{rule}, {}}))
    CHECK_FALSE(finding.is_error);
}

TEST_CASE("scopes are few and short", "[gateway][lint]") {
  auto findings = [](const std::string& scopes) {
    return Lint(*CompileRoutes(
                    Replaced(kClean, "access: TOKEN success", scopes + " access: TOKEN success")),
                {{"scope"}, {}});
  };
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred += "scopes: 't." + std::to_string(i) + "' ";
  CHECK(findings(hundred).empty());
  for (const std::string& scopes :
       {hundred + "scopes: 't.more'", std::string("scopes: 'a b'"), std::string("scopes: ''"),
        "scopes: '" + std::string(65, 'a') + "'"}) {
    CAPTURE(scopes);
    auto found = findings(scopes);
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule == "scope");
    CHECK(found[0].is_error);
  }
}

TEST_CASE("a plug-in is trusted with what its entry names, whatever lint ignores",
          "[gateway][lint]") {
  auto [from, to, origin, cookies, rule] =
      GENERATE(table<std::string, std::string, std::string, std::vector<std::string>, std::string>({
          {"count = 2", "count = 2", "", {"flavour"}, ""},
          {"count = 2", "count = 2", "", {}, "cookie"},
          {R"("flavour")", R"("Flavour")", "", {"flavour"}, "cookie"},
          {"access: TOKEN success",
           "access: SESSION success",
           "https://t.example",
           {"flavour"},
           "session"},
          {"access: TOKEN success",
           "page: true access: PUBLIC success",
           "",
           {"flavour"},
           "page-origin"},
          {"access: TOKEN success",
           "page: true access: PUBLIC success",
           "https://t.example",
           {"flavour"},
           ""},
          {R"("if-match")",
           R"("if-match" pass_headers: "Client-Certificate-Sha256")",
           "",
           {"flavour"},
           "hidden-header"},
          {R"("if-match")",
           R"("if-match" pass_headers: "X-Client-IP")",
           "",
           {"flavour"},
           "hidden-header"},
          {"timeout_ms: 5000", "body_bytes_max: 4194305", "", {"flavour"}, "body-limit"},
          {"timeout_ms: 5000", "body_bytes_max: 4194304", "", {"flavour"}, ""},
      }));
  INFO(from << " → " << to);
  BackendDescriptors backend = Compile("test", Replaced(kClean, from, to));
  backend.plugin =
      std::make_shared<const Plugin>(Plugin{"ministry", origin, cookies, {"If-Match"}});
  std::vector<std::string> notes;
  auto table = RouteTable::Build({backend}, &notes);
  REQUIRE(table.ok());
  auto findings =
      Lint(**table, {{"body-limit", "cookie", "hidden-header", "page-origin", "session"}, {}});
  CHECK(findings.empty() == rule.empty());
  for (const Finding& finding : findings) {
    CHECK(finding.rule == rule);
    CHECK(finding.is_error);
  }
  // The platform's own services are asked nothing of the kind.
  CHECK(Lint(*CompileRoutes(Replaced(kClean, from, to))).empty());
}

TEST_CASE("a back end keeps to the paths that it was given", "[gateway][lint]") {
  auto [paths, foreign] = GENERATE(table<std::vector<std::string>, size_t>({
      {{}, 0},
      {{"/"}, 0},
      {{"/t", "/u"}, 0},
      {{"/t", "/u/*"}, 1},  // POST /u
      {{"/t/", "/u/"}, 2},  // POST /t, POST /u
      {{"/t/*", "/u"}, 1},  // POST /t
      {{"/tt", "/u"}, 4},
      {{"/other/"}, 6},
  }));
  auto findings = Lint(*CompileRoutes(kClean), {{}, paths});
  CHECK(findings.size() == foreign);
  for (const Finding& finding : findings) CHECK(finding.rule == "foreign-path");
  // Nobody passes over it.
  for (const Finding& finding : Lint(*CompileRoutes(kClean), {{"foreign-path"}, paths}))
    CHECK(finding.is_error);
}

TEST_CASE("a GET with an effect may have a key that guards it", "[gateway][lint]") {
  std::string text =
      Replaced(kClean, R"(pass_headers: "if-match")", "get_has_effect: true idempotency: OPTIONAL");
  CHECK(Lint(*CompileRoutes(text)).empty());
}

TEST_CASE("the location may be built from a nested field", "[gateway][lint]") {
  std::string text =
      Replaced(kClean, R"(location: "/t/{id}")", R"(location: "/t/{part.name}/{id}")");
  CHECK(Lint(*CompileRoutes(text)).empty());
}

}  // namespace
}  // namespace tamarack::gateway
