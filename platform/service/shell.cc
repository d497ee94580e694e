#include "platform/service/shell.h"

#include "platform/config/flags.h"
#include "platform/http/tls.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/runtime_role.h"
#include "platform/telemetry/log.h"

#include <absl/flags/flag.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "host:port on which gRPC is served");
ABSL_FLAG(std::string, admin_listen, "127.0.0.1:0", "host:port of /livez, /readyz and /metrics");
ABSL_FLAG(std::string, pg_dsn, "",
          "libpq connection string of the service's own database; a password comes from passfile=");
ABSL_FLAG(std::string, pg_runtime_role, "",
          "for `migrate`, whose --pg_dsn is the owner's: the role that serves");
ABSL_FLAG(
    bool, allow_owner_role, false,
    "serve as a role that owns the database: who takes over the process has all rights in it");
ABSL_FLAG(int, pg_pool_size, 8, "connections to PostgreSQL");
ABSL_FLAG(std::string, redis, "127.0.0.1:6379", "Redis as unix:/path or host:port");
ABSL_FLAG(std::string, redis_username, "", "user at Redis; empty: its default user");
ABSL_FLAG(std::string, redis_password_file, "",
          "file with the password at Redis, read at each connection; empty: no AUTH");
ABSL_FLAG(std::string, issuer, "http://localhost:8080",
          "public URL of the platform, the issuer of its tokens");
ABSL_FLAG(std::string, identity_address, "127.0.0.1:8120", "host:port of identity's gRPC server");
ABSL_FLAG(std::string, client_secret_file, "",
          "file with this service's client secret at identity");
ABSL_FLAG(std::string, secret_key_file, "",
          "file with the service's key material (at least 32 characters)");
ABSL_FLAG(std::string, tls_ca_file, "",
          "PEM: the authority of the processes' certificates, which gRPC callers must have");
ABSL_FLAG(
    std::string, tls_cert_file, "",
    "PEM: our certificate, whose DNS name says which process we are; read again when changed");
ABSL_FLAG(std::string, tls_key_file, "", "PEM: the key of --tls_cert_file; may be the same file");
ABSL_FLAG(std::string, peers, "",
          "role=name,…: names in the certificates of other processes (DNS or URI) that are not "
          "their role's own");
ABSL_FLAG(bool, insecure_plain_text, false,
          "gRPC without TLS: whoever can connect may call anything and is believed");
ABSL_FLAG(bool, reflection, false, "let gRPC callers ask for descriptors (server reflection)");
ABSL_FLAG(int, drain_seconds, 10, "longest wait for running calls at shutdown");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error");
ABSL_FLAG(bool, migrate_only, false,
          "apply the database migrations and exit (as the argument `migrate` does)");

namespace tamarack::service {
namespace {

constexpr size_t kSecretKeySizeMin = 32;
constexpr std::chrono::milliseconds kReadyTimeMax{1500};
constexpr std::chrono::milliseconds kReadyInterval{1000};

[[noreturn]] void Exit(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", what, std::string(status.message()).c_str());
  std::exit(1);
}

// How gRPC is spoken. Nothing when plain text is wanted; ends the process when that is not said.
std::optional<rpc::PeerTls> ReadTls() {
  if (absl::GetFlag(FLAGS_insecure_plain_text)) {
    telemetry::Log(telemetry::Level::kWarning,
                   "--insecure_plain_text: gRPC without TLS, whoever can connect is believed");
    return std::nullopt;
  }
  config::RequireFlags({"tls_ca_file", "tls_cert_file", "tls_key_file"});
  rpc::TlsFiles files{absl::GetFlag(FLAGS_tls_ca_file), absl::GetFlag(FLAGS_tls_cert_file),
                      absl::GetFlag(FLAGS_tls_key_file)};
  // gRPC would only say later, handshake by handshake, what is wrong with them.
  config::OrExit(http::LoadTls({.certificate_file = files.cert_file,
                                .key_file = files.key_file,
                                .client_ca_file = files.ca_file}));
  auto peers = rpc::Peers::Parse(absl::GetFlag(FLAGS_peers));
  if (!peers.ok()) {
    std::fprintf(stderr, "--peers: %s\n", std::string(peers.status().message()).c_str());
    std::exit(2);
  }
  return rpc::PeerTls{std::move(files), *std::move(peers)};
}

// Calls `refuse` if the role owns its database, as soon as that answers.
boost::asio::awaitable<void> JudgeRole(pg::Pool& database, std::function<void()> refuse) {
  for (;; co_await runtime::SleepFor(kReadyInterval)) {
    absl::Status status = co_await pg::CheckRuntimeRole(database);
    if (status.ok()) co_return;
    if (!absl::IsFailedPrecondition(status)) continue;
    bool is_allowed = absl::GetFlag(FLAGS_allow_owner_role);
    telemetry::Log(is_allowed ? telemetry::Level::kWarning : telemetry::Level::kError,
                   absl::StrCat(status.message(), is_allowed ? "" : " (--allow_owner_role)"));
    if (!is_allowed) refuse();
    co_return;
  }
}

}  // namespace

Shell::Shell(int argc, char** argv, std::string name, std::span<const pg::Migration> migrations)
    : name_(std::move(name)), registry_(std::make_shared<prometheus::Registry>()) {
  auto arguments = config::ParseFlags(
      argc, argv, "The " + name_ + " service. Argument `migrate`: apply migrations, exit.");
  bool migrate_only = absl::GetFlag(FLAGS_migrate_only);
  for (const auto& argument : arguments) {
    if (argument != "migrate") {
      std::fprintf(stderr, "unknown argument %s; see --help\n", argument.c_str());
      std::exit(2);
    }
    migrate_only = true;
  }
  if (!telemetry::ConfigureLog(name_, absl::GetFlag(FLAGS_log_level))) {
    std::fprintf(stderr, "--log_level: debug, info, warning or error\n");
    std::exit(2);
  }
  config::RequireFlags({"pg_dsn"});
  if (migrate_only) {
    config::RequireFlags({"pg_runtime_role"});
    const std::string dsn = absl::GetFlag(FLAGS_pg_dsn);
    absl::Status status = pg::Migrate(dsn, migrations);
    if (status.ok()) status = pg::GrantToRuntimeRole(dsn, absl::GetFlag(FLAGS_pg_runtime_role));
    if (!status.ok()) Exit("migrate", status);
    std::exit(0);
  }
  config::OrExit(pg::ParseDsn(absl::GetFlag(FLAGS_pg_dsn)));
  tls_ = ReadTls();
  pool_metrics_ = std::make_unique<pg::PoolMetrics>(*registry_);
  database_ = std::make_unique<pg::Pool>(executor(), absl::GetFlag(FLAGS_pg_dsn),
                                         pg::PoolOptions{.size = absl::GetFlag(FLAGS_pg_pool_size),
                                                         .application_name = "tamarack-" + name_,
                                                         .metrics = pool_metrics_.get()});
  redis_ = std::make_unique<redis::Client>(
      executor(), absl::GetFlag(FLAGS_redis),
      redis::ClientOptions{.username = absl::GetFlag(FLAGS_redis_username),
                           .password_file = absl::GetFlag(FLAGS_redis_password_file)});
  ready_connection_ = std::make_unique<pg::Pool>(
      executor(), absl::GetFlag(FLAGS_pg_dsn),
      pg::PoolOptions{.size = 1,
                      .queue_max = 10,
                      .connect_timeout = kReadyTimeMax,
                      .statement_timeout = kReadyTimeMax,
                      .application_name = "tamarack-" + name_ + "-readiness"});
  AddReadyCheck({"postgres", [this] { return ready_connection_->Ping(); }});
  AddReadyCheck({"redis",
                 [this]() -> AsyncStatus { co_return (co_await redis_->Command("PING")).status(); },
                 /*is_hard=*/false});
}

Shell::~Shell() = default;

std::string Shell::issuer() const {
  std::string issuer = absl::GetFlag(FLAGS_issuer);
  while (issuer.ends_with('/')) issuer.pop_back();
  return issuer;
}

rpc::Target Shell::TargetOf(const std::string& role, const std::string& address) const {
  if (!tls_) return address;
  rpc::ChannelTls tls{tls_->files, tls_->peers.ServerName(role)};
  return {address, std::move(tls)};
}

rpc::Target Shell::identity() const {
  return TargetOf("identity", absl::GetFlag(FLAGS_identity_address));
}

std::string Shell::client_secret() const {
  config::RequireFlags({"client_secret_file"});
  return config::ReadSecretFileOrExit(absl::GetFlag(FLAGS_client_secret_file));
}

std::string Shell::secret_key() const {
  config::RequireFlags({"secret_key_file"});
  std::string key = config::ReadSecretFileOrExit(absl::GetFlag(FLAGS_secret_key_file));
  if (key.size() >= kSecretKeySizeMin) return key;
  std::fprintf(stderr, "--secret_key_file: at least %zu characters are needed\n",
               kSecretKeySizeMin);
  std::exit(2);
}

int Shell::Run(const std::vector<grpc::Service*>& services, std::function<void()> stop) {
  try {
    http::AdminServer admin(executor(), absl::GetFlag(FLAGS_admin_listen), *registry_,
                            ready_checks_);
    rpc::ServerSecurity security = rpc::PlainText();
    if (tls_) security = *tls_;
    rpc::Server server(absl::GetFlag(FLAGS_listen), services, security,
                       absl::GetFlag(FLAGS_reflection));
    server.SetServing(false);
    admin.Watch(kReadyInterval, [&server](http::Readiness readiness) {
      server.SetServing(readiness.is_ready);
      bool is_well = readiness.is_ready && !readiness.is_degraded;
      telemetry::Log(is_well ? telemetry::Level::kInfo : telemetry::Level::kWarning, "readiness",
                     {{"ready", readiness.is_ready}, {"degraded", readiness.is_degraded}});
    });
    runtime::Spawn(executor(), [this] {
      return JudgeRole(*database_, [this] {
        is_refused_ = true;
        std::raise(SIGTERM);
      });
    });
    telemetry::Log(telemetry::Level::kInfo, "started",
                   {{"port", server.port()}, {"admin_port", admin.port()}});
    int drain_seconds = absl::GetFlag(FLAGS_drain_seconds);
    int status = process_.RunUntilSignal([&] {
      admin.SetDraining();
      server.Drain(drain_seconds);
      if (stop) stop();
      admin.Drain(std::chrono::seconds(1));
    });
    telemetry::Log(telemetry::Level::kInfo, "stopped");
    return is_refused_ ? 1 : status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name_.c_str(), error.what());
    return 1;
  }
}

}  // namespace tamarack::service
