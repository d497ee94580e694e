// Loading descriptor sets: which methods get routes, and what is refused with a reason.
#include "gateway/route_table.h"
#include "fixture.h"
#include "gateway/openapi.h"

#include <google/api/annotations.pb.h>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

// A service with one method of this rule, on a request with the fields `id` and `list` (repeated).
BackendDescriptors OneMethod(const std::string& name, const google::api::HttpRule& rule) {
  BackendDescriptors backend{name, {}};
  auto& file = *backend.files.add_file();
  file.set_name(name + ".proto");
  file.set_package(name);
  file.set_syntax("proto3");
  auto& message = *file.add_message_type();
  message.set_name("Request");
  int number = 0;
  for (const char* field_name : {"id", "list"}) {
    auto& field = *message.add_field();
    field.set_name(field_name);
    field.set_number(++number);
    field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
    field.set_label(number == 1 ? google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL
                                : google::protobuf::FieldDescriptorProto::LABEL_REPEATED);
    auto& rules = *field.mutable_options()->MutableExtension(api::v1::rules);
    rules.set_max_len(7);
    rules.set_max_items(number == 1 ? 0 : 3);
  }
  auto& service = *file.add_service();
  service.set_name("Service");
  auto& method = *service.add_method();
  method.set_name("Method");
  method.set_input_type("." + name + ".Request");
  method.set_output_type("." + name + ".Request");
  *method.mutable_options()->MutableExtension(google::api::http) = rule;
  method.mutable_options()
      ->MutableExtension(api::v1::policy)
      ->set_access(api::v1::MethodPolicy::PUBLIC);
  return backend;
}

google::api::HttpRule Get(const std::string& path) {
  google::api::HttpRule rule;
  rule.set_get(path);
  return rule;
}

TEST_CASE("a method without a policy, an internal one and a streaming one get no route",
          "[gateway]") {
  std::vector<std::string> notes;
  auto routes = ToyRoutes(&notes);
  CHECK(notes.size() == 2);
  for (const auto& route : routes->routes()) {
    CHECK(route->method->name() != "Forgotten");
    CHECK(route->method->name() != "Backstage");
  }
  auto stream = OneMethod("a", Get("/a"));
  stream.files.mutable_file(0)->mutable_service(0)->mutable_method(0)->set_server_streaming(true);
  auto table = RouteTable::Build({stream}, &notes);
  REQUIRE(table.ok());
  CHECK((*table)->routes().empty());
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

TEST_CASE("the OpenAPI document describes paths, parameters, rules, security and errors",
          "[gateway]") {
  auto document =
      boost::json::parse(MakeOpenApi(*ToyRoutes(), "https://services.example")).as_object();
  CHECK(Show(document.at("openapi")) == "3.1.0");
  auto& paths = document.at("paths").as_object();
  CHECK_FALSE(paths.contains("/{lang}/toy"));
  auto& create = paths.at("/toy/v1/kites").at("post").as_object();
  CHECK(Show(create.at("summary")) == "Creates a kite.");
  CHECK(Show(create.at("security").at(0).at("bearer").at(0)) == "toy.write");
  CHECK(create.at("responses").as_object().contains("201"));
  CHECK(create.at("responses")
            .at("default")
            .at("content")
            .as_object()
            .contains("application/problem+json"));
  CHECK(paths.at("/toy/v1/kites/{name}").as_object().contains("get"));
  CHECK(paths.at("/toy/v1/kites/{name}:land").at("post").at("parameters").as_array().size() == 2);
  CHECK(paths.at("/toy/v1/kites").at("get").at("parameters").as_array().size() == 5);
  auto& kite = document.at("components").at("schemas").at("toy.v1.Kite").as_object();
  CHECK(Show(kite.at("required").at(0)) == "colour");
  CHECK(Show(kite.at("properties").at("colour").at("maxLength")) == "20");
  CHECK(Show(kite.at("properties").at("price_cents").at("maximum")) == "1000000");
  CHECK(Show(kite.at("properties").at("price_cents").at("description")) == "In minor units.");
  CHECK(Show(kite.at("properties").at("note").at("type").at(1)) == "null");
}

TEST_CASE("the OpenAPI document puts rules of a list's texts at its items", "[gateway]") {
  std::vector<std::string> notes;
  google::api::HttpRule rule;
  rule.set_post("/a");
  rule.set_body("*");
  auto table = RouteTable::Build({OneMethod("a", rule)}, &notes);
  INFO(table.status());
  REQUIRE(table.ok());
  auto document = boost::json::parse(MakeOpenApi(**table, "https://services.example"));
  auto& properties = document.at("components").at("schemas").at("a.Request").at("properties");
  CHECK(Show(properties.at("id").at("maxLength")) == "7");
  CHECK(Show(properties.at("list").at("items").at("maxLength")) == "7");
  CHECK(Show(properties.at("list").at("maxItems")) == "3");
  CHECK_FALSE(properties.at("list").as_object().contains("maxLength"));
}

}  // namespace
}  // namespace tamarack::gateway
