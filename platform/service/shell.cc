#include "platform/service/shell.h"

#include "platform/config/flags.h"
#include "platform/config/whole.h"
#include "platform/http/certificate_watch.h"
#include "platform/http/tls.h"
#include "platform/keys/command.h"
#include "platform/keys/resealer.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/runtime_role.h"
#include "platform/telemetry/log.h"
#include "platform/tracing/exporter.h"

#include <absl/flags/flag.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "host:port on which gRPC is served");
ABSL_FLAG(std::string, admin_listen, "127.0.0.1:0", "host:port of /livez, /readyz and /metrics");
ABSL_FLAG(std::string, pg_dsn, "",
          "libpq connection string of the service's own database; a password comes from passfile=");
ABSL_FLAG(std::string, pg_runtime_role, "",
          "for `migrate`, whose --pg_dsn is the owner's: the role that serves");
ABSL_FLAG(
    bool, allow_owner_role, false,
    "serve as a role that owns the database: who takes over the process has all rights in it");
using PoolSize = tamarack::config::Whole<1, 1000>;
using ConnectionAgeSeconds = tamarack::config::Whole<1, 86400>;
ABSL_FLAG(PoolSize, pg_pool_size, 8, "connections to PostgreSQL");
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
          "keyring: versions of the service's key material, or at first just 32 random characters; "
          "read again when changed");
ABSL_FLAG(bool, now, false,
          "for `keys rotate`: used at once; for `keys retire`: though what was given out is good");
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
ABSL_FLAG(tamarack::config::DrainSeconds, drain_notice_seconds, 1,
          "after SIGTERM calls are served for so long, while callers are told to go elsewhere");
ABSL_FLAG(tamarack::config::DrainSeconds, drain_seconds, 10,
          "longest wait for running calls after that");
ABSL_FLAG(ConnectionAgeSeconds, connection_age_seconds, 300,
          "age at which a gRPC connection is ended, so that callers find new replicas");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error");
ABSL_FLAG(bool, migrate_only, false,
          "apply the database migrations and exit (as the argument `migrate` does)");

namespace tamarack::service {
namespace {

// Of a reserved connection: readiness is known in time.
constexpr std::chrono::milliseconds kReservedConnectTimeMax{1500};
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
  for (; !co_await runtime::IsAskedToEnd(); co_await runtime::SleepFor(kReadyInterval)) {
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

Shell::Shell(int argc, char** argv, std::string name, std::span<const pg::Migration> migrations,
             UsesOfKeys uses_of_keys, Command command)
    : name_(std::move(name)),
      registry_(std::make_shared<prometheus::Registry>()),
      uses_of_keys_(std::move(uses_of_keys)) {
  auto arguments = config::ParseFlags(
      argc, argv,
      "The " + name_ + " service. Arguments: `migrate`: apply migrations, exit; " +
          keys::kCommandUsage + (command.usage.empty() ? "" : "; ") + std::string(command.usage) +
          ".");
  const bool is_keys = !arguments.empty() && arguments[0] == "keys";
  bool migrate_only = absl::GetFlag(FLAGS_migrate_only);
  if (!arguments.empty() && arguments.front() == command.word)
    arguments_ = std::exchange(arguments, {});
  if (!is_keys) {
    for (const auto& argument : arguments) {
      if (argument != "migrate") {
        std::fprintf(stderr, "unknown argument %s; see --help\n", argument.c_str());
        std::exit(2);
      }
      migrate_only = true;
    }
  }
  if (!telemetry::ConfigureLog(name_, absl::GetFlag(FLAGS_log_level))) {
    std::fprintf(stderr, "--log_level: debug, info, warning or error\n");
    std::exit(2);
  }
  config::RequireFlags({"pg_dsn"});
  tracing::CheckFlagsOrExit();
  if (is_keys) RunKeys(std::span<const std::string>(arguments).subspan(1));
  if (migrate_only) {
    config::RequireFlags({"pg_runtime_role"});
    const std::string dsn = absl::GetFlag(FLAGS_pg_dsn);
    absl::Status status = pg::Migrate(dsn, migrations);
    if (status.ok()) status = pg::GrantToRuntimeRole(dsn, absl::GetFlag(FLAGS_pg_runtime_role));
    if (!status.ok()) Exit("migrate", status);
    std::exit(0);
  }
  config::OrExit(pg::ParseDsn(absl::GetFlag(FLAGS_pg_dsn)));
  if (arguments_.empty()) tls_ = ReadTls();
  pool_metrics_ = std::make_unique<pg::PoolMetrics>(*registry_);
  database_ = std::make_unique<pg::Pool>(executor(), absl::GetFlag(FLAGS_pg_dsn),
                                         pg::PoolOptions{.size = absl::GetFlag(FLAGS_pg_pool_size),
                                                         .application_name = "tamarack-" + name_,
                                                         .metrics = pool_metrics_.get()});
  redis_ = std::make_unique<redis::Client>(
      executor(), absl::GetFlag(FLAGS_redis),
      redis::ClientOptions{.username = absl::GetFlag(FLAGS_redis_username),
                           .password_file = absl::GetFlag(FLAGS_redis_password_file)});
  ready_connection_ = ReserveConnection("readiness");
  AddReadyCheck({"postgres", [this] { return ready_connection_->Ping(); }});
  AddReadyCheck({"schema", [this, migrations] { return CheckSchema(migrations); }});
  AddReadyCheck({"redis", [this] { return redis_->Ping(); }, /*is_hard=*/false});
}

Shell::~Shell() = default;

// No database becomes older while it is used.
AsyncStatus Shell::CheckSchema(std::span<const pg::Migration> migrations) {
  if (is_schema_new_) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(co_await pg::CheckSchema(*ready_connection_, migrations));
  is_schema_new_ = true;
  co_return absl::OkStatus();
}

std::unique_ptr<pg::Pool> Shell::ReserveConnection(std::string_view purpose,
                                                   std::chrono::milliseconds statement_timeout) {
  return std::make_unique<pg::Pool>(
      executor(), absl::GetFlag(FLAGS_pg_dsn),
      pg::PoolOptions{.size = 1,
                      .queue_max = 10,
                      .connect_timeout = kReservedConnectTimeMax,
                      .statement_timeout = statement_timeout,
                      .application_name = absl::StrCat("tamarack-", name_, "-", ToAbsl(purpose))});
}

void Shell::RunKeys(std::span<const std::string> words) {
  config::RequireFlags({"secret_key_file"});
  std::exit(keys::RunCommand(words,
                             {.keyring_file = absl::GetFlag(FLAGS_secret_key_file),
                              .pg_dsn = absl::GetFlag(FLAGS_pg_dsn),
                              .is_now = absl::GetFlag(FLAGS_now)},
                             uses_of_keys_));
}

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

const crypto::Keyring& Shell::keyring() {
  if (!keyring_) {
    config::RequireFlags({"secret_key_file"});
    const std::string path = absl::GetFlag(FLAGS_secret_key_file);
    keyring_ = std::make_shared<keys::KeyringFile>(
        executor(), path, config::OrExit(keys::ReadKeyring(path)), *registry_);
  }
  return keyring_->ring();
}

int Shell::Run(const std::vector<grpc::Service*>& services, std::function<void()> stop) {
  try {
    auto exporter = tracing::ExporterOfFlags(executor(), *registry_, name_);
    http::AdminServer admin(executor(), absl::GetFlag(FLAGS_admin_listen), *registry_,
                            ready_checks_);
    rpc::ServerSecurity security = rpc::PlainText();
    if (tls_) security = *tls_;
    rpc::Server server(absl::GetFlag(FLAGS_listen), services, security,
                       {.has_reflection = absl::GetFlag(FLAGS_reflection),
                        .connection_age_max = std::chrono::seconds(
                            int{absl::GetFlag(FLAGS_connection_age_seconds)})});
    server.SetServing(false);
    admin.Watch(kReadyInterval, [&server](const http::Readiness& readiness) {
      server.SetServing(readiness.is_ready);
    });
    runtime::TaskGroup tasks(executor());
    tasks.Spawn([this] {
      return JudgeRole(*database_, [this] {
        is_refused_ = true;
        std::raise(SIGTERM);
      });
    });
    for (auto& body : background_) tasks.Spawn(std::move(body));
    if (tls_) {
      tasks.Spawn(
          [this] { return http::WatchCertificate(tls_->files.cert_file, "peer", *registry_); });
    }
    if (exporter) exporter->Start();
    // Whole tables are counted, and calls do not wait for that.
    pg::Pool resealing(executor(), absl::GetFlag(FLAGS_pg_dsn),
                       pg::PoolOptions{.size = 1,
                                       .statement_timeout = std::chrono::minutes(10),
                                       .application_name = "tamarack-" + name_ + "-resealing"});
    keys::Resealer resealer(executor(), resealing, keyring(), uses_of_keys_(keyring()).columns,
                            *registry_);
    keyring_->Start([&resealer] { resealer.Wake(); });
    resealer.Start();
    std::list<work::Sweeper> sweepers;
    for (auto& sweep : sweeps_) sweepers.emplace_back(executor(), std::move(sweep)).Start();
    telemetry::Log(telemetry::Level::kInfo, "started",
                   {{"port", server.port()}, {"admin_port", admin.port()}});
    const std::chrono::seconds drain_notice(int{absl::GetFlag(FLAGS_drain_notice_seconds)});
    const std::chrono::seconds drain_time(int{absl::GetFlag(FLAGS_drain_seconds)});
    int status = process_.RunUntilSignal([&] {
      admin.SetDraining();
      server.Drain(drain_time, drain_notice);
      for (auto& sweeper : sweepers) sweeper.AskToStop();
      if (stop) stop();
      for (auto& sweeper : sweepers) sweeper.Stop();
      resealer.Stop();
      admin.Drain(std::chrono::seconds(1));
    });
    return is_refused_ ? 1 : status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name_.c_str(), error.what());
    return 1;
  }
}

int Shell::RunCommand(AsyncStatus work) {
  absl::Status status;
  auto run = [](AsyncStatus awaited, absl::Status& result) -> boost::asio::awaitable<void> {
    result = co_await std::move(awaited);
  };
  process_.RunUntilDone(run(std::move(work), status));
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s: %s\n", arguments_.front().c_str(),
               std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace tamarack::service
