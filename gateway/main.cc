#include "gateway/config.h"
#include "gateway/gateway.h"
#include "platform/config/flags.h"
#include "platform/http/admin.h"
#include "platform/http/server.h"
#include "platform/pages/brand.h"
#include "platform/rpc/client.h"
#include "platform/runtime/process.h"
#include "platform/telemetry/log.h"

#include <absl/flags/flag.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

ABSL_FLAG(std::string, config, "", "JSON file that names the back ends; see gateway/README.md");
ABSL_FLAG(std::string, listen, "127.0.0.1:8080", "Address and port of the public HTTP server");
ABSL_FLAG(std::string, admin_listen, "127.0.0.1:8130",
          "Address and port of /livez, /readyz and /metrics");
ABSL_FLAG(std::string, log_level, "info", "Lowest level printed: debug, info, warning or error");
ABSL_FLAG(int, drain_seconds, 10, "Time that running requests get to end after SIGTERM");
ABSL_FLAG(bool, check, false, "Check the configuration and its descriptor sets, then exit");

namespace {

using namespace tamarack;           // main is the one file that names everything
using namespace tamarack::gateway;  // NOLINT

template <class T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "tamarack-gateway: %s\n", std::string(value.status().message()).c_str());
  std::exit(2);
}

bool IsLoopback(const std::string& listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]") ||
         listen.starts_with("localhost:");
}

std::unique_ptr<Authenticator> MakeAuthenticator(const Config& settings,
                                                 boost::asio::any_io_executor executor) {
  if (settings.is_open) return nullptr;
  auto credentials = std::make_shared<rpc::Client>(settings.credentials_address);
  auto exchange =
      [credentials](api::v1::ExchangeRequest request) -> Async<api::v1::ExchangeResponse> {
    co_return co_await credentials->Call<api::v1::ExchangeResponse>(
        "/tamarack.api.v1.CredentialService/Exchange", request);
  };
  AuthenticatorOptions options;
  options.client_id = settings.credentials_client_id;
  options.client_secret = config::ReadSecretFileOrExit(settings.credentials_client_secret_file);
  return std::make_unique<Authenticator>(executor, exchange, std::move(options));
}

// Serves until SIGTERM. Throws when it cannot start, for example because the port is taken.
int Serve(const Config& settings, std::shared_ptr<const RouteTable> routes) {
  runtime::Process process;
  prometheus::Registry registry;
  auto authenticator = MakeAuthenticator(settings, process.executor());
  std::vector<std::shared_ptr<Backend>> backends;
  for (const auto& backend : settings.backends)
    backends.push_back(std::make_shared<Backend>(backend.address));

  GatewayOptions options{settings.public_url, settings.sign_in_path, settings.trusted_proxies,
                         settings.is_open};
  Gateway gateway(std::move(options),
                  MakeSnapshot(routes, std::move(backends), settings.public_url),
                  authenticator.get(), OrExit(Assets::Load(settings.assets_dir)),
                  OrExit(pages::LoadBrand(settings.brand_file)), registry);

  http::ServerOptions server_options;
  server_options.address = absl::GetFlag(FLAGS_listen);
  server_options.body_limit = [&](const http::Request& head) { return gateway.BodyLimit(head); };
  server_options.on_error = [&](int status, const std::string&, const http::Request* head) {
    return gateway.ServerError(status, head);
  };
  http::Server server(process.executor(), server_options,
                      [&](http::Request request) { return gateway.Handle(std::move(request)); });
  http::AdminServer admin(process.executor(), absl::GetFlag(FLAGS_admin_listen), registry, {});

  telemetry::Log(
      telemetry::Level::kInfo, "listening",
      {{"port", server.port()}, {"admin_port", admin.port()}, {"routes", routes->routes().size()}});
  return process.RunUntilSignal([&] {
    admin.SetDraining();
    server.Drain(std::chrono::seconds(absl::GetFlag(FLAGS_drain_seconds)));
    admin.Drain(std::chrono::seconds(1));
  });
}

}  // namespace

int main(int argc, char** argv) {
  config::ParseFlags(argc, argv,
                     "Serves the gRPC services that its configuration names as REST and pages.");
  if (!telemetry::ConfigureLog("gateway", absl::GetFlag(FLAGS_log_level))) {
    std::fprintf(stderr, "--log_level: debug, info, warning or error\n");
    return 2;
  }
  Config settings = OrExit(LoadConfig(absl::GetFlag(FLAGS_config)));
  std::vector<std::string> notes;
  auto routes = OrExit(RouteTable::Build(OrExit(LoadDescriptors(settings)), &notes));
  for (const std::string& note : notes)
    telemetry::Log(telemetry::Level::kInfo, "method without route", {{"why", note}});
  if (absl::GetFlag(FLAGS_check)) {
    std::printf("%s: %zu routes, no error\n", absl::GetFlag(FLAGS_config).c_str(),
                routes->routes().size());
    return 0;
  }
  if (settings.is_open) {
    if (!IsLoopback(absl::GetFlag(FLAGS_listen))) {
      OrExit(absl::StatusOr<int>(
          absl::InvalidArgumentError("without authentication only loopback may be listened on")));
    }
    telemetry::Log(telemetry::Level::kWarning,
                   "authentication is off: anybody on this machine may call anything");
  }
  try {
    return Serve(settings, std::move(routes));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tamarack-gateway: %s\n", error.what());
    return 1;
  }
}
