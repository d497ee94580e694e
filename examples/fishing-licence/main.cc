// A small ministry's gRPC service, plugged into the gateway. See README.md.
#include "examples/fishing-licence/fishing_licence_service.h"
#include "platform/auth/token_verifier.h"
#include "platform/config/flags.h"
#include "platform/curl/multi.h"
#include "platform/http/admin.h"
#include "platform/http/client.h"
#include "platform/rpc/server.h"
#include "platform/runtime/process.h"

#include <absl/flags/flag.h>

#include <cstdio>
#include <exception>

ABSL_FLAG(std::string, listen, "127.0.0.1:8124", "host:port on which gRPC is served");
ABSL_FLAG(std::string, admin_listen, "127.0.0.1:8135", "host:port of /livez, /readyz and /metrics");
ABSL_FLAG(std::string, issuer, "http://localhost:8080", "the platform, issuer of its tokens");
ABSL_FLAG(std::string, audience, "fishing",
          "as what the gateway knows this service: tokens for others are refused");
ABSL_FLAG(bool, reflection, false, "let gRPC callers ask for descriptors (server reflection)");

namespace {

constexpr char kKeysPath[] = "/oauth2/jwks";  // `jwks_uri` of the platform's OpenID configuration.

tamarack::Async<std::string> FetchKeys(tamarack::http::Client& platform) {
  tamarack::http::ClientRequest request;
  request.url = absl::GetFlag(FLAGS_issuer) + kKeysPath;
  CO_ASSIGN_OR_RETURN(auto answer, co_await platform.Send(std::move(request)));
  if (answer.status != 200) co_return absl::UnavailableError("the platform does not tell its keys");
  co_return answer.body;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tamarack;
  config::ParseFlags(argc, argv, "Issues licences to fish: an example of a ministry's service.");
  try {
    runtime::Process process;
    prometheus::Registry registry;
    // Who calls is told by a token that the gateway obtained from the platform: its keys are
    // public.
    curl::Multi curl(process.executor());
    http::ClientOptions client_options;
    client_options.policy.allow_private = true;  // The local stack is on loopback.
    http::Client platform(curl, client_options);
    auth::TokenVerifier verifier(
        process.executor(),
        {.issuer = absl::GetFlag(FLAGS_issuer), .audience = absl::GetFlag(FLAGS_audience)},
        [&] { return FetchKeys(platform); });
    rpc::Interceptor interceptor(process.executor(), &verifier, registry);
    auto service = fishing::MakeFishingLicenceService(interceptor);
    http::AdminServer admin(process.executor(), absl::GetFlag(FLAGS_admin_listen), registry, {});
    rpc::Server server(absl::GetFlag(FLAGS_listen), {service.get()}, rpc::PlainText(),
                       {.has_reflection = absl::GetFlag(FLAGS_reflection)});
    return process.RunUntilSignal([&] {
      admin.SetDraining();
      server.Drain(std::chrono::seconds(5), std::chrono::seconds(1));
      admin.Drain(std::chrono::seconds(1));
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fishing-licence: %s\n", error.what());
    return 1;
  }
}
