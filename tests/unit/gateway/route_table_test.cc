// Loading descriptor sets: which methods get routes, and what is refused with a reason.
#include "gateway/routing/route_table.h"
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

TEST_CASE("a plug-in is given no more than its entry says, whatever its proto asks for",
          "[gateway]") {
  auto backend = OneMethod("a", Get("/a"));
  auto& policy = *backend.files.mutable_file(0)
                      ->mutable_service(0)
                      ->mutable_method(0)
                      ->mutable_options()
                      ->MutableExtension(api::v1::policy);
  for (const char* name : {"Client-Certificate-Sha256", "x-forwarded-for", "CF-Connecting-IP",
                           "Client-Cert", "if-match"})
    policy.add_pass_headers(name);
  policy.set_body_bytes_max(64 << 20);
  std::vector<std::string> notes;
  auto passed = [&](const Plugin& plugin) {
    backend.plugin = std::make_shared<const Plugin>(plugin);
    auto table = *RouteTable::Build({backend}, &notes);
    const Route& made = *table->routes().at(0);
    return std::pair(made.policy.pass_headers_size(), made.body_bytes_max);
  };
  CHECK(passed({.owner = "m"}) == std::pair(0, uint64_t{4} << 20));
  CHECK(passed({.owner = "m", .sees_client_certificate = true}).first == 1);
  CHECK(passed({.owner = "m", .sees_client_ip = true}).first == 0);
  CHECK(passed({.owner = "m", .headers = {"If-Match", "client-certificate-sha256"}}).first == 1);
  CHECK(passed({.owner = "m", .body_bytes_max = 1024}).second == 1024);
  policy.clear_body_bytes_max();
  CHECK(passed({.owner = "m", .body_bytes_max = 1024}).second == 1024);
  CHECK(passed({.owner = "m"}).second == 1 << 20);
}

TEST_CASE("a plug-in takes no path that another owner's methods match", "[gateway]") {
  auto owned = [](const std::string& name, const std::string& path, const char* owner) {
    auto backend = OneMethod(name, Get(path));
    if (*owner != '\0') backend.plugin = std::make_shared<const Plugin>(Plugin{.owner = owner});
    return backend;
  };
  std::vector<std::string> notes;
  auto [path, owner, is_loaded] = GENERATE(table<std::string, const char*, bool>({
      {"/en/sign-in", "fisheries", false},          // more exact than the platform's
      {"/*/sign-in", "fisheries", false},           // as exact
      {"/*/*", "fisheries", true},                  // what nobody else has
      {"/forestry/trees/oak", "fisheries", false},  // another plug-in's
      {"/forestry/trees/oak", "forestry", true},    // its own, in another back end
      {"/en/sign-in", "", true},                    // the platform may
      {"/fishing/v1/licences", "fisheries", true},
  }));
  INFO(path << " of " << owner);
  auto platform = owned("platform", "/*/sign-in", "");
  auto forestry = owned("forestry", "/forestry/trees/*", "forestry");
  auto built = RouteTable::Build({platform, forestry, owned("fishing", path, owner)}, &notes);
  INFO(built.status());
  CHECK(built.ok() == is_loaded);
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
      {"/é", "", ""},
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

TEST_CASE("a path that no route has takes the errors of the API it lies in", "[gateway]") {
  using api::v1::ServicePolicy;
  auto [path, shape] = GENERATE(table<const char*, ServicePolicy::ErrorShape>({
      {"/status-code", ServicePolicy::STATUS_CODE_AND_ERRORS},
      {"/status-code/unknown", ServicePolicy::STATUS_CODE_AND_ERRORS},
      {"/status-code/fail/7", ServicePolicy::STATUS_CODE_AND_ERRORS},
      {"/status-code//fail", ServicePolicy::STATUS_CODE_AND_ERRORS},
      {"/code/fail:undo", ServicePolicy::CODE_AND_DESCRIPTION},
      {"/oauth/token", ServicePolicy::OAUTH},
      {"/toy/v1/unknown", ServicePolicy::ERROR_SHAPE_UNSPECIFIED},
      {"/unknown/fail", ServicePolicy::ERROR_SHAPE_UNSPECIFIED},
      {"/", ServicePolicy::ERROR_SHAPE_UNSPECIFIED},
  }));
  INFO(path);
  PathSegments segments;
  REQUIRE_FALSE(SplitPath(path, &segments));
  auto routes = ToyRoutes();
  const ServicePolicy* service = CommonService(routes->RoutesNear(segments));
  CHECK((service ? service->error_shape() : ServicePolicy::ERROR_SHAPE_UNSPECIFIED) == shape);
}

TEST_CASE("where APIs of several shapes meet, none of them speaks", "[gateway]") {
  using api::v1::ServicePolicy;
  auto one = OneMethod("a", Get("/v1/payments/{id}")), two = OneMethod("b", Get("/v1/other"));
  auto policy = [](BackendDescriptors& backend) {
    return backend.files.mutable_file(0)->mutable_service(0)->mutable_options()->MutableExtension(
        api::v1::service);
  };
  policy(one)->set_error_shape(ServicePolicy::CODE_AND_DESCRIPTION);
  std::vector<std::string> notes;
  auto routes = *RouteTable::Build({one, two}, &notes);
  auto near = [&](const char* path) {
    PathSegments segments;
    REQUIRE_FALSE(SplitPath(path, &segments));
    return CommonService(routes->RoutesNear(segments));
  };
  CHECK(near("/v1/x") == nullptr);
  CHECK(near("/v1/payments/1/refunds")->error_shape() == ServicePolicy::CODE_AND_DESCRIPTION);
  CHECK(near("/v1/other/x")->error_shape() == ServicePolicy::ERROR_SHAPE_UNSPECIFIED);
}

}  // namespace
}  // namespace tamarack::gateway
