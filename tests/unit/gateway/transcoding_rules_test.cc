// What a descriptor set may not ask of transcoding, and what its options change.
#include "gateway/codec/wire.h"
#include "gateway/response/answer.h"
#include "tests/support/compile_proto.h"

#include <catch2/catch.hpp>

namespace tamarack::gateway {
namespace {

// A service of one method, whose route is `rule`.
std::string Service(const std::string& rule, const std::string& options = "") {
  return R"(syntax = "proto3";
package test;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/any.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";
import "tamarack/api/v1/policy.proto";
service Things {
  )" + options +
         R"(
  rpc Do(Thing) returns (Thing) {
    option (google.api.http) = {)" +
         rule + R"(};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  }
}
message Thing {
  string the_name = 1;
  int64 the_size = 2;
  google.protobuf.Timestamp made = 3;
  oneof which { string first = 4; string second = 5; }
  google.api.HttpBody raw = 6;
  Thing child = 7;
  google.protobuf.FieldMask mask = 8;
  google.protobuf.Any any = 9;
  repeated string list = 10;
}
// Nothing refers to this one but an Any.
message Loose { int64 weight = 1; }
)";
}

TEST_CASE("a route whose path and body could give the same value is refused", "[gateway]") {
  std::string rule = GENERATE(values<std::string>({
      R"(put: "/t/{the_name}" body: "the_name")",
      R"(put: "/t/{first}" body: "second")",
      R"(put: "/t/{raw.content_type}" body: "raw")",
      R"(get: "/t/{made.seconds}")",
      R"(get: "/t/{any.type_url}")",
      R"(get: "/t/{list}")",
      R"(get: "/t/{child}")",
      R"(get: "/t/{the_name}/{the_name}")",
  }));
  INFO(rule);
  std::vector<std::string> notes;
  auto table = RouteTable::Build({Compile("test", Service(rule))}, &notes);
  CHECK_FALSE(table.ok());
}

TEST_CASE("a route whose path binds beside the body is not", "[gateway]") {
  std::string rule = GENERATE(values<std::string>({
      R"(put: "/t/{the_name}" body: "*")",
      R"(put: "/t/{first}" body: "child")",
      R"(put: "/t/{child.the_name}" body: "child")",
      R"(put: "/t/{the_name}" body: "raw")",
      R"(get: "/t/{made}")",
  }));
  INFO(rule);
  std::vector<std::string> notes;
  CHECK(RouteTable::Build({Compile("test", Service(rule))}, &notes).ok());
}

TEST_CASE("a service may ask for protobuf's own JSON style", "[gateway]") {
  std::string get = R"(get: "/t")";
  std::string wire;
  AppendBytes(1, "x", wire);
  AppendTag(2, WireType::kVarint, wire);
  AppendVarint(5, wire);
  std::string any, loose;
  AppendTag(1, WireType::kVarint, loose);
  AppendVarint(7, loose);
  AppendBytes(1, "type.googleapis.com/test.Loose", any);
  AppendBytes(2, loose, any);
  AppendBytes(9, any, wire);
  auto print = [&](const std::string& options) {
    auto routes = CompileRoutes(Service(get, options));
    std::string json;
    REQUIRE(PrintMessage(*routes->routes().at(0), wire, json, {}).ok());
    return json;
  };
  CHECK(
      print("option (tamarack.api.v1.service) = {json_style: PROTO_JSON};") ==
      R"({"theName":"x","theSize":"5","any":{"@type":"type.googleapis.com/test.Loose","weight":"7"}})");
  CHECK(
      print("") ==
      R"({"the_name":"x","the_size":5,"any":{"@type":"type.googleapis.com/test.Loose","weight":7},"list":[]})");
}

}  // namespace
}  // namespace tamarack::gateway
