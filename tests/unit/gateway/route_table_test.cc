// Loading descriptor sets: which methods get routes, and what is refused with a reason.
#include "gateway/route_table.h"
#include "fixture.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

google::api::HttpRule Get(const std::string& path) {
  google::api::HttpRule rule;
  rule.set_get(path);
  return rule;
}

TEST_CASE("a method without a policy, an internal one and one that takes a stream get no route",
          "[gateway]") {
  std::vector<std::string> notes;
  auto routes = ToyRoutes(&notes);
  CHECK(notes.size() == 3);
  for (const auto& route : routes->routes()) {
    CHECK(route->method->name() != "Forgotten");
    CHECK(route->method->name() != "Backstage");
    CHECK(route->method->name() != "Gather");
  }
  auto stream = OneMethod("a", Get("/a"));
  auto& method = *stream.files.mutable_file(0)->mutable_service(0)->mutable_method(0);
  method.set_server_streaming(true);
  CHECK((*RouteTable::Build({stream}, &notes))->routes().size() == 1);
  method.set_client_streaming(true);
  CHECK((*RouteTable::Build({stream}, &notes))->routes().empty());
}

TEST_CASE("a gateway that asks nobody who they are serves methods without a policy", "[gateway]") {
  std::vector<std::string> notes;
  auto plain = OneMethod("a", Get("/a"));
  auto& method = *plain.files.mutable_file(0)->mutable_service(0)->mutable_method(0);
  method.mutable_options()->ClearExtension(api::v1::policy);
  CHECK((*RouteTable::Build({plain}, &notes))->routes().empty());
  plain.is_open = true;
  CHECK((*RouteTable::Build({plain}, &notes))->routes().size() == 1);
}

TEST_CASE("two back ends may not claim the same path", "[gateway]") {
  std::vector<std::string> notes;
  auto table =
      RouteTable::Build({OneMethod("a", Get("/x/{id}")), OneMethod("b", Get("/x/*"))}, &notes);
  REQUIRE_FALSE(table.ok());
  std::string text(table.status().message());
  CHECK(text.find("a.Service.Method and b.Service.Method") != std::string::npos);
}

TEST_CASE("a rule that cannot work is refused when it is loaded", "[gateway]") {
  auto [path, body, response_body] = GENERATE(table<const char*, const char*, const char*>({
      {"x", "", ""},
      {"/{unknown}", "", ""},
      {"/{list}", "", ""},
      {"/{id.x}", "", ""},
      {"/x", "unknown", ""},
      {"/x", "", "unknown"},
      {"/{id", "", ""},
  }));
  google::api::HttpRule rule;
  rule.set_post(path);
  rule.set_body(body);
  rule.set_response_body(response_body);
  std::vector<std::string> notes;
  CHECK_FALSE(RouteTable::Build({OneMethod("a", rule)}, &notes).ok());
}

TEST_CASE("nested additional bindings and broken descriptors are refused", "[gateway]") {
  std::vector<std::string> notes;
  google::api::HttpRule rule = Get("/x");
  rule.add_additional_bindings()->set_get("/y");
  CHECK(RouteTable::Build({OneMethod("a", rule)}, &notes).ok());
  rule.mutable_additional_bindings(0)->add_additional_bindings()->set_get("/z");
  CHECK_FALSE(RouteTable::Build({OneMethod("a", rule)}, &notes).ok());
  auto broken = OneMethod("a", Get("/x"));
  broken.files.mutable_file(0)->mutable_service(0)->mutable_method(0)->set_input_type(".a.Missing");
  CHECK_FALSE(RouteTable::Build({broken}, &notes).ok());
}

}  // namespace
}  // namespace tamarack::gateway
