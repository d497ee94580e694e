#pragma once

#include "platform/auth/token_source.h"
#include "platform/auth/token_verifier.h"
#include "platform/http/admin.h"
#include "platform/keys/keyed_column.h"
#include "platform/keys/keyring_file.h"
#include "platform/postgres/metrics.h"
#include "platform/postgres/migrate.h"
#include "platform/postgres/postgres.h"
#include "platform/redis/redis.h"
#include "platform/rpc/client.h"
#include "platform/rpc/server.h"
#include "platform/rpc/unary.h"
#include "platform/runtime/offload.h"
#include "platform/runtime/process.h"
#include "platform/runtime/task_group.h"
#include "platform/work/sweeper.h"

#include <grpcpp/impl/service_type.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

// What every service process has: the common flags, the loop, its database and Redis, logs,
// metrics, the admin port, and a main() that reads as a table of contents:
//
//   int main(int argc, char** argv) {
//     using namespace tamarack;
//     service::Shell shell(argc, argv, "payments", payments::Migrations(), payments::UsesOfKeys);
//     service::Peer peer(shell);  // tokens from and for other services; identity has none
//     payments::PaymentRepository repository(shell.database());
//     auto service = payments::MakePaymentService(peer.interceptor(), repository);
//     return shell.Run({service.get()}, [&] { workers.Stop(); });
//   }
namespace tamarack::service {

// What a program may be asked for instead of serving: its first word, and what --help says of it.
struct Command {
  std::string_view word;
  std::string_view usage;
};

// Common flags (environment TAMARACK_<FLAG>): --listen --admin_listen --pg_dsn --pg_pool_size
// --pg_runtime_role --allow_owner_role --redis --redis_username --redis_password_file --issuer
// --identity_address --client_secret_file --secret_key_file --now --drain_notice_seconds
// --drain_seconds --connection_age_seconds --log_level --migrate_only --tls_ca_file --tls_cert_file
// --tls_key_file --peers --insecure_plain_text --reflection --otlp_endpoint --trace_sample_ratio.
class Shell {
 public:
  // What a service makes with a keyring.
  using UsesOfKeys = std::function<keys::KeyUses(const crypto::Keyring&)>;

  // Parses flags, configures logs and applies migrations: `tamarack-<name> migrate` (or
  // --migrate_only), which connects as the database's owner, ends there with status 0. A serving
  // process does not migrate, and its role cannot. `tamarack-<name> keys …` ends there as well
  // (platform/keys/command.h). `command` is what else may be asked for; see arguments().
  Shell(int argc, char** argv, std::string name, std::span<const pg::Migration> migrations,
        UsesOfKeys uses_of_keys, Command command = {});
  ~Shell();

  boost::asio::any_io_executor executor() { return process_.executor(); }
  prometheus::Registry& registry() { return *registry_; }
  pg::Pool& database() { return *database_; }
  redis::Client& redis() { return *redis_; }
  runtime::OffloadPool& offload() { return offload_; }
  // One connection to the database for what may not wait until calls leave one of theirs, or takes
  // so long that they should not wait for it.
  std::unique_ptr<pg::Pool> ReserveConnection(
      std::string_view purpose,
      std::chrono::milliseconds statement_timeout = std::chrono::milliseconds(1500));
  const std::string& name() const { return name_; }
  // The words of the command line when it is the command that is asked for: for RunCommand.
  const std::vector<std::string>& arguments() const { return arguments_; }
  std::string issuer()
      const;  // --issuer, for example http://localhost:8080, without a trailing slash
  // A server of the platform in this role (`identity`), at `address`: reached with our certificate,
  // and only if its own names that role.
  rpc::Target TargetOf(const std::string& role, const std::string& address) const;
  rpc::Target identity() const;  // At --identity_address.
  std::string client_secret()
      const;  // of --client_secret_file: this service's own client secret at identity
  // Of --secret_key_file, for data sealed at rest and HMACs, one key per purpose. Follows the file
  // while the process serves; what `uses_of_keys` names is then sealed anew in the background.
  const crypto::Keyring& keyring();

  // What runs beside the calls while the process serves, and is joined after them. Call before Run.
  void InBackground(runtime::TaskGroup::Body body) { background_.push_back(std::move(body)); }
  // What is done by the clock while the process serves. Call before Run.
  void Sweep(work::Sweep sweep) { sweeps_.push_back(std::move(sweep)); }

  // Adds to what decides about readiness, at /readyz and in gRPC's health service: PostgreSQL, with
  // a schema as new as the program, is a hard dependency of every service, Redis a soft one. Call
  // before Run.
  void AddReadyCheck(http::ReadyCheck check) { ready_checks_.push_back(std::move(check)); }

  // Serves until SIGTERM or SIGINT, then drains: not ready, served for --drain_notice_seconds while
  // callers are told to go elsewhere, no new calls, running ones finished,
  // `stop` called (off the loop, which still runs), all tasks joined, loop stopped. Returns main's
  // status: 1 when its role owns the database and --allow_owner_role does not say that it may.
  int Run(const std::vector<grpc::Service*>& services, std::function<void()> stop = {});
  // Does the work, prints what was wrong, if anything, and returns main's status: 2 for
  // INVALID_ARGUMENT, words that are none.
  int RunCommand(AsyncStatus work);

 private:
  AsyncStatus CheckSchema(std::span<const pg::Migration> migrations);
  [[noreturn]] void RunKeys(std::span<const std::string> words);

  std::string name_;
  std::vector<std::string> arguments_;
  std::optional<rpc::PeerTls> tls_;  // Absent: plain text.
  runtime::Process process_;
  runtime::OffloadPool offload_;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<pg::PoolMetrics> pool_metrics_;
  std::unique_ptr<pg::Pool> database_;
  // For the check alone: a pool whose connections are all in use says nothing of PostgreSQL.
  std::unique_ptr<pg::Pool> ready_connection_;
  std::unique_ptr<redis::Client> redis_;
  UsesOfKeys uses_of_keys_;
  std::shared_ptr<keys::KeyringFile> keyring_;
  std::vector<http::ReadyCheck> ready_checks_;
  std::vector<runtime::TaskGroup::Body> background_;
  std::vector<work::Sweep> sweeps_;
  bool is_refused_ = false;     // for its role
  bool is_schema_new_ = false;  // enough for this program
};

// How a service that is not identity verifies its callers and authenticates itself to other
// services: keys and tokens come from identity over gRPC.
class Peer {
 public:
  explicit Peer(Shell& shell);
  rpc::Interceptor& interceptor() { return interceptor_; }
  rpc::Client& identity() { return identity_; }
  // For rpc::Client of further services: this service's own access token.
  rpc::TokenFunction token();

 private:
  rpc::Client bootstrap_;  // without a token: fetches keys and tokens
  auth::TokenSource tokens_;
  auth::TokenVerifier verifier_;
  rpc::Interceptor interceptor_;
  rpc::Client identity_;
};

}  // namespace tamarack::service
