// What gRPC is told about each back end.
#include "gateway/plugin/service_config.h"
#include "tests/support/compile_proto.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

constexpr char kService[] = R"(
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "tamarack/api/v1/policy.proto";
service S {
  rpc Get(Thing) returns (Thing) {
    option (google.api.http) = {get: "/get"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Open(Thing) returns (Thing) {
    option (google.api.http) = {get: "/open"};
    option (tamarack.api.v1.policy) = {access: PUBLIC get_has_effect: true};
  }
  rpc GetOrPost(Thing) returns (Thing) {
    option (google.api.http) = {get: "/both" additional_bindings {post: "/both" body: "*"}};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Put(Thing) returns (Thing) {
    option idempotency_level = IDEMPOTENT;
    option (google.api.http) = {put: "/put" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Search(Thing) returns (Thing) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (google.api.http) = {post: "/search" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Create(Thing) returns (Thing) {
    option (google.api.http) = {post: "/create" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
service Writes {
  rpc Replace(Thing) returns (Thing) {
    option (google.api.http) = {put: "/replace" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
  rpc Remove(Thing) returns (Thing) {
    option (google.api.http) = {delete: "/remove"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
message Thing {
  string id = 1;
}
)";

TEST_CASE("only methods that may run twice are tried again", "[gateway]") {
  auto config = boost::json::parse(MakeServiceConfig({}, *CompileRoutes(kService))).as_object();
  CHECK(boost::json::serialize(config.at("loadBalancingConfig")) == R"([{"round_robin":{}}])");
  CHECK_FALSE(config.contains("healthCheckConfig"));
  auto& method = config.at("methodConfig").as_array().at(0).as_object();
  std::set<std::string> names;
  for (const auto& name : method.at("name").as_array()) {
    CHECK(name.at("service").as_string() == "t.S");
    names.insert(name.at("method").as_string().c_str());
  }
  CHECK(names == std::set<std::string>{"Get", "Put", "Search"});
  CHECK(boost::json::serialize(method.at("retryPolicy").at("retryableStatusCodes")) ==
        R"(["UNAVAILABLE"])");
  CHECK(config.at("retryThrottling").at("maxTokens").as_int64() == 10);
}

TEST_CASE("retries can be turned off and health checks on", "[gateway]") {
  Config::Backend backend;
  backend.retries = false;
  backend.checks_health = true;
  auto config = boost::json::parse(MakeServiceConfig(backend, *CompileRoutes(kService)));
  CHECK_FALSE(config.as_object().contains("methodConfig"));
  CHECK_FALSE(config.as_object().contains("retryThrottling"));
  CHECK(config.at("healthCheckConfig").at("serviceName").as_string() == "");
}

}  // namespace
}  // namespace tamarack::gateway
