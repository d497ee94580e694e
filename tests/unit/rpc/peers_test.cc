// Names of processes: how a deployment writes them, and what a server is asked for.
#include "platform/rpc/peers.h"

#include <catch2/catch.hpp>

namespace tamarack::rpc {
namespace {

TEST_CASE("a role has its own name unless the deployment names it otherwise", "[rpc][peers]") {
  auto [text, role, server_name] = GENERATE(table<const char*, const char*, const char*>({
      {"", "identity", "identity"},
      {"gateway=edge.internal", "identity", "identity"},
      {"identity=id.internal", "identity", "id.internal"},
      {"identity=spiffe://here/id,identity=id.internal", "identity", "id.internal"},
      {"identity=spiffe://here/id", "identity", "identity"},  // A URI is no server's name.
      {"identity=id.internal,,gateway=edge.internal,", "gateway", "edge.internal"},
  }));
  INFO(text);
  auto peers = Peers::Parse(text);
  REQUIRE(peers.ok());
  CHECK(peers->ServerName(role) == server_name);
}

TEST_CASE("what names no role or nobody is refused", "[rpc][peers]") {
  auto text = GENERATE("gateway", "=edge.internal", "gateway=", "gateway=a,identity");
  INFO(text);
  CHECK(Peers::Parse(text).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("only the gateway's very name is the gateway", "[rpc][peers]") {
  auto [names, is_gateway] = GENERATE(table<std::vector<std::string>, bool>({
      {{"gateway"}, true},
      {{"edge.internal", "gateway"}, true},
      {{}, false},
      {{""}, false},
      {{"Gateway "}, false},
      {{"gateway.evil.example"}, false},
      {{"*"}, false},
      {{"identity"}, false},
  }));
  absl::Status status = Peers().CheckCall(names, "/unknown.v1.Service/Method",
                                          {"x-tamarack-client-ip", "x-tamarack-cookie-session"});
  CHECK(status.code() ==
        (is_gateway ? absl::StatusCode::kOk : absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace tamarack::rpc
