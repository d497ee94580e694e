#include "gateway/config/config.h"
#include "gateway/gateway.h"
#include "gateway/plugin/check.h"
#include "gateway/plugin/reloader.h"
#include "platform/auth/revocations.h"
#include "platform/config/flags.h"
#include "platform/config/whole.h"
#include "platform/http/admin.h"
#include "platform/http/certificate_watch.h"
#include "platform/http/server.h"
#include "platform/pages/brand.h"
#include "platform/redis/redis.h"
#include "platform/rpc/client.h"
#include "platform/runtime/process.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"
#include "platform/tracing/exporter.h"

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
ABSL_FLAG(tamarack::config::DrainSeconds, drain_seconds, 10,
          "Time that running requests get to end after SIGTERM");
ABSL_FLAG(tamarack::config::DrainSeconds, drain_notice_seconds, 1,
          "Time after SIGTERM in which load balancers can look elsewhere before connecting fails");
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

bool ListensOnLoopback(const std::string& listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]") ||
         listen.starts_with("localhost:");
}

Async<api::v1::ExchangeResponse> Exchange(std::shared_ptr<rpc::Client> credentials,
                                          api::v1::ExchangeRequest request) {
  co_return co_await credentials->Call<api::v1::ExchangeResponse>(
      "/tamarack.api.v1.CredentialService/Exchange", request);
}

std::unique_ptr<Authenticator> MakeAuthenticator(const Config& settings,
                                                 boost::asio::any_io_executor executor) {
  if (settings.is_open) return nullptr;
  auto credentials = std::make_shared<rpc::Client>(
      rpc::Target(settings.credentials_address, settings.credentials_tls));
  auto exchange = [credentials](api::v1::ExchangeRequest request) {
    return Exchange(credentials, std::move(request));
  };
  AuthenticatorOptions options;
  options.client_id = settings.credentials_client_id;
  options.client_secret = config::ReadSecretFileOrExit(settings.credentials_client_secret_file);
  return std::make_unique<Authenticator>(executor, exchange, std::move(options));
}

// Hears of what is revoked; nothing where there is no Redis.
std::unique_ptr<redis::Client> ListenForRevocations(const Config& settings,
                                                    boost::asio::any_io_executor executor,
                                                    Authenticator* authenticator) {
  if (authenticator == nullptr || settings.limits_redis.empty()) return nullptr;
  auto client = std::make_unique<redis::Client>(
      executor, settings.limits_redis,
      redis::ClientOptions{.username = settings.limits_redis_username,
                           .password_file = settings.limits_redis_password_file});
  auto renew = [authenticator] { authenticator->Renew(); };
  client->Subscribe(auth::kRevocationChannel, [renew](std::string_view) { renew(); }, renew);
  return client;
}

std::shared_ptr<RateLimits> MakeRateLimits(const Config& settings,
                                           boost::asio::any_io_executor executor,
                                           prometheus::Registry& registry) {
  if (settings.is_open && !settings.has_limits) return nullptr;
  RateLimitsOptions options;
  options.classes = settings.rate_classes;
  options.store.address = settings.limits_redis;
  options.store.username = settings.limits_redis_username;
  options.store.password_file = settings.limits_redis_password_file;
  return std::make_shared<RateLimits>(executor, std::move(options), registry);
}

// Without Redis the gateway counts limits by itself and asks about revocations instead of hearing.
std::vector<http::ReadyCheck> ReadyChecks(redis::Client* redis) {
  if (redis == nullptr) return {};
  return {{"redis", [redis] { return redis->Ping(); }, /*is_hard=*/false}};
}

// Of the public server, and of ours towards identity and each back end that there is at the start.
void WatchCertificates(const Config& settings, boost::asio::any_io_executor executor,
                       prometheus::Registry& registry) {
  auto watch = [&](const std::string& file, const std::string& use) {
    if (file.empty()) return;
    runtime::Spawn(executor,
                   [&registry, file, use] { return http::WatchCertificate(file, use, registry); });
  };
  watch(settings.tls.certificate_file, "public");
  if (settings.credentials_tls) watch(settings.credentials_tls->cert_file, "credentials");
  for (const auto& backend : settings.backends)
    if (backend.channel.tls) watch(backend.channel.tls->cert_file, backend.name);
}

// Serves until SIGTERM. Throws when it cannot start, for example because the port is taken.
int Serve(const Config& settings, Loader loader, Loader::Result loaded) {
  runtime::Process process;
  prometheus::Registry registry;
  auto exporter = tracing::ExporterOfFlags(process.executor(), registry, "gateway");
  auto authenticator = MakeAuthenticator(settings, process.executor());
  auto revocations = ListenForRevocations(settings, process.executor(), authenticator.get());
  GatewayOptions options{settings.public_url, settings.sign_in_path, settings.trusted_proxies,
                         settings.is_open};
  options.forwarded_header = settings.forwarded_header;
  options.rate_limits = MakeRateLimits(settings, process.executor(), registry);
  Gateway gateway(std::move(options), std::move(loaded.snapshot), authenticator.get(),
                  OrExit(Assets::Load(settings.assets_dir)),
                  OrExit(pages::LoadBrand(settings.brand_file)), registry);
  Reloader reloader(
      process.executor(), std::move(loader), loaded.report,
      [&](std::shared_ptr<const Snapshot> snapshot) { gateway.Use(std::move(snapshot)); },
      registry);

  http::ServerOptions server_options;
  server_options.address = absl::GetFlag(FLAGS_listen);
  server_options.tls = settings.tls;
  gateway.Configure(server_options);
  http::Server server(process.executor(), server_options,
                      [&](http::Request request) { return gateway.Handle(std::move(request)); });
  http::AdminServer admin(process.executor(), absl::GetFlag(FLAGS_admin_listen), registry,
                          ReadyChecks(revocations.get()));
  admin.Watch(std::chrono::seconds(1));
  admin.AddPage("/config", [&] { return reloader.Report(); });

  WatchCertificates(settings, process.executor(), registry);

  if (exporter) exporter->Start();
  telemetry::Log(telemetry::Level::kInfo, "listening",
                 {{"port", server.port()}, {"admin_port", admin.port()}});
  return process.RunUntilSignal([&] {
    admin.SetDraining();
    server.Drain(std::chrono::seconds(int{absl::GetFlag(FLAGS_drain_seconds)}),
                 std::chrono::seconds(int{absl::GetFlag(FLAGS_drain_notice_seconds)}));
    admin.Drain(std::chrono::seconds(1));
  });
}

absl::Status CheckTls(const http::TlsOptions& tls) {
  return tls.certificate_file.empty() ? absl::OkStatus() : http::LoadTls(tls).status();
}

void RefuseOpenNetwork() {
  if (!ListensOnLoopback(absl::GetFlag(FLAGS_listen))) {
    std::fprintf(stderr,
                 "tamarack-gateway: without authentication only loopback may be listened on\n");
    std::exit(2);
  }
  telemetry::Log(telemetry::Level::kWarning,
                 "authentication is off: anybody on this machine may call anything");
}

}  // namespace

int main(int argc, char** argv) {
  config::ParseFlags(argc, argv,
                     "Serves the gRPC services that its configuration names as REST and pages.");
  if (!telemetry::ConfigureLog("gateway", absl::GetFlag(FLAGS_log_level))) {
    std::fprintf(stderr, "--log_level: debug, info, warning or error\n");
    return 2;
  }
  config::RequireFlags({"config"});
  tracing::CheckFlagsOrExit();
  std::string path = absl::GetFlag(FLAGS_config);
  Config settings = OrExit(LoadConfig(path));
  if (settings.public_url.empty()) settings.public_url = "http://" + absl::GetFlag(FLAGS_listen);
  Loader loader(path, settings);
  Loader::Result loaded = *loader.Load(true);
  absl::Status tls = CheckTls(settings.tls);
  if (absl::GetFlag(FLAGS_check)) {
    std::fputs(DescribeLoad(loaded).c_str(), stdout);
    if (!tls.ok()) std::printf("tls: %s\n", std::string(tls.message()).c_str());
    return loaded.report.is_clean() && tls.ok() ? 0 : 2;
  }
  if (!tls.ok()) OrExit<int>(tls);
  LogReport(loaded.report);
  if (std::string problems = StartProblems(loaded.report); !problems.empty()) {
    std::fprintf(stderr, "tamarack-gateway: cannot start\n%s", problems.c_str());
    return 2;
  }
  if (settings.is_open) RefuseOpenNetwork();
  for (const std::string& entry : PlainTextEntries(settings)) {
    telemetry::Log(telemetry::Level::kWarning, "called without TLS: the network is believed",
                   {{"entry", entry}});
  }
  try {
    return Serve(settings, std::move(loader), std::move(loaded));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tamarack-gateway: %s\n", error.what());
    return 1;
  }
}
