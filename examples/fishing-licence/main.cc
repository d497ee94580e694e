// A small ministry's gRPC service, plugged into the gateway. See README.md.
#include "examples/fishing-licence/fishing_licence_service.h"
#include "platform/auth/token_verifier.h"
#include "platform/config/flags.h"
#include "platform/http/admin.h"
#include "platform/rpc/client.h"
#include "platform/rpc/server.h"
#include "platform/runtime/process.h"

#include <absl/flags/flag.h>
#include <google/api/httpbody.pb.h>
#include "tamarack/identity/v1/token_service.pb.h"

#include <cstdio>
#include <exception>

ABSL_FLAG(std::string, listen, "127.0.0.1:8124", "host:port on which gRPC is served");
ABSL_FLAG(std::string, admin_listen, "127.0.0.1:8135", "host:port of /livez, /readyz and /metrics");
ABSL_FLAG(std::string, issuer, "http://localhost:8080", "the platform, issuer of its tokens");
ABSL_FLAG(std::string, audience, "fishing",
          "as what the gateway knows this service: tokens for others are refused");
ABSL_FLAG(std::string, identity_address, "127.0.0.1:8120", "host:port of identity's gRPC server");

int main(int argc, char** argv) {
  using namespace tamarack;
  config::ParseFlags(argc, argv, "Issues licences to fish: an example of a ministry's service.");
  try {
    runtime::Process process;
    prometheus::Registry registry;
    // Who calls is told by a token that the gateway obtained from the platform: its keys are
    // public.
    rpc::Client identity(absl::GetFlag(FLAGS_identity_address));
    auth::TokenVerifier verifier(
        process.executor(),
        {.issuer = absl::GetFlag(FLAGS_issuer), .audience = absl::GetFlag(FLAGS_audience)},
        [&]() -> Async<std::string> {
          CO_ASSIGN_OR_RETURN(auto keys, co_await identity.Call<google::api::HttpBody>(
                                             "/tamarack.identity.v1.TokenService/GetJwks",
                                             identity::v1::GetJwksRequest()));
          co_return keys.data();
        });
    rpc::Interceptor interceptor(process.executor(), &verifier, registry);
    auto service = fishing::MakeFishingLicenceService(interceptor);
    http::AdminServer admin(process.executor(), absl::GetFlag(FLAGS_admin_listen), registry, {});
    rpc::Server server(absl::GetFlag(FLAGS_listen), {service.get()});
    return process.RunUntilSignal([&] {
      admin.SetDraining();
      server.Drain(5);
      admin.Drain(std::chrono::seconds(1));
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fishing-licence: %s\n", error.what());
    return 1;
  }
}
