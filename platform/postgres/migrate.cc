#include "platform/postgres/migrate.h"

#include "platform/base/status.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/error.h"
#include "platform/telemetry/log.h"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>
#include <vector>

namespace tamarack::pg {
namespace {

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;
using Session = std::unique_ptr<PGconn, void (*)(PGconn*)>;

// Asked for again and again: a statement that waited would hold a snapshot, which those who make an
// index concurrently wait for, while they hold the lock.
constexpr char kTryLock[] = "SELECT pg_try_advisory_lock($1::bigint)";
constexpr char kPauseForLock[] = "SELECT pg_sleep(0.1)";

// Whoever waits for a table's lock keeps all who come later from the table: not for long, and not
// often.
constexpr char kLockTimeout[] = "SET lock_timeout = '3s'";
// An index that is made concurrently waits for the snapshots of before as for locks, and nobody
// waits behind it.
constexpr char kNoLockTimeout[] = "SET lock_timeout = 0";

constexpr std::string_view kNoTransaction = "-- no transaction\n";
constexpr char kInvalidIndex[] =
    "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid LIMIT 1";
constexpr char kCreateTable[] = R"sql(
  CREATE TABLE IF NOT EXISTS schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()))sql";
constexpr char kListApplied[] = "SELECT version, sha256 FROM schema_migration";
constexpr Statement kNewest{"schema.newest",
                            "SELECT coalesce(max(version), 0) FROM schema_migration"};
constexpr char kRecord[] =
    "INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)";

absl::StatusOr<Result> Run(PGconn* conn, const char* sql,
                           const std::vector<std::string>& args = {}) {
  std::vector<const char*> values;
  for (const auto& arg : args) values.push_back(arg.c_str());
  // Without parameters the simple protocol, which takes several statements in one text.
  Result result(args.empty() ? PQexec(conn, sql)
                             : PQexecParams(conn, sql, static_cast<int>(values.size()), nullptr,
                                            values.data(), nullptr, nullptr, 0),
                &PQclear);
  ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    return result;
  }
  if (PQstatus(conn) == CONNECTION_BAD) return absl::UnavailableError(PQerrorMessage(conn));
  return FromResult(result.get());
}

// What it refuses may be a password as well as a start that is under way: libpq does not tell them
// apart.
Session Open(const Keywords& keywords, std::chrono::seconds time) {
  constexpr std::chrono::milliseconds kPause{500};
  const auto end = std::chrono::steady_clock::now() + time;
  for (bool is_first = true;; is_first = false) {
    Session conn(Connect(keywords, &PQconnectdbParams), &PQfinish);
    bool is_last = std::chrono::steady_clock::now() + kPause > end;
    if (PQstatus(conn.get()) == CONNECTION_OK || is_last) return conn;
    if (is_first) {
      telemetry::Log(telemetry::Level::kWarning, "waiting for the database",
                     {{"error", std::string_view(PQerrorMessage(conn.get()))}});
    }
    std::this_thread::sleep_for(kPause);
  }
}

absl::StatusOr<std::map<int, std::string>> ListApplied(PGconn* conn) {
  auto result = Run(conn, kListApplied);
  if (!result.ok()) return result.status();
  std::map<int, std::string> applied;
  for (int row = 0; row < PQntuples(result->get()); ++row) {
    applied[std::stoi(PQgetvalue(result->get(), row, 0))] = PQgetvalue(result->get(), row, 1);
  }
  return applied;
}

absl::Status CheckHistory(std::span<const Migration> migrations,
                          const std::map<int, std::string>& applied) {
  int newest = applied.empty() ? 0 : applied.rbegin()->first;
  for (const Migration& migration : migrations) {
    auto found = applied.find(migration.version);
    if (found == applied.end() && migration.version < newest) {
      return absl::FailedPreconditionError(absl::StrCat(
          "migration ", migration.name, " is older than version ", newest, ", which is applied"));
    }
    if (found != applied.end() && found->second != migration.sha256) {
      return absl::FailedPreconditionError(absl::StrCat(
          "migration ", migration.name, " was edited after it was applied: write a new one"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LockSchema(PGconn* conn) {
  for (;;) {
    auto locked = Run(conn, kTryLock, {kMigrationLock});
    if (!locked.ok()) return locked.status();
    if (PQgetvalue(locked->get(), 0, 0)[0] == 't') return absl::OkStatus();
    if (auto paused = Run(conn, kPauseForLock); !paused.ok()) return paused.status();
  }
}

namespace {

absl::StatusOr<Result> Record(PGconn* conn, const Migration& migration) {
  return Run(conn, kRecord, {std::to_string(migration.version), migration.name, migration.sha256});
}

absl::Status ApplyInTransaction(PGconn* conn, const Migration& migration) {
  if (auto set = Run(conn, kLockTimeout); !set.ok()) return set.status();
  if (auto begun = Run(conn, "BEGIN"); !begun.ok()) return begun.status();
  auto done = Run(conn, migration.sql);
  if (done.ok() && PQtransactionStatus(conn) != PQTRANS_INTRANS) {
    done = absl::FailedPreconditionError("it ends its own transaction");
  }
  if (done.ok()) done = Record(conn, migration);
  if (done.ok()) done = Run(conn, "COMMIT");
  if (!done.ok()) (void)Run(conn, "ROLLBACK");
  return done.status();
}

// Statement by statement, for several in one text would be one transaction.
absl::Status ApplyOneByOne(PGconn* conn, const Migration& migration) {
  if (auto set = Run(conn, kNoLockTimeout); !set.ok()) return set.status();
  for (std::string_view left = migration.sql; !left.empty();) {
    const size_t end = std::min(left.find(";\n"), left.size());
    auto done = Run(conn, std::string(left.substr(0, end)).c_str());
    if (!done.ok()) return done.status();
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  auto invalid = Run(conn, kInvalidIndex);
  if (!invalid.ok()) return invalid.status();
  if (PQntuples(invalid->get()) > 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("index ", PQgetvalue(invalid->get(), 0, 0),
                     " is left of a try that was cut off: drop it before it is made"));
  }
  return Record(conn, migration).status();
}

absl::Status Apply(PGconn* conn, const Migration& migration, const MigrateOptions& options) {
  const std::chrono::duration<double> pause = options.pause;
  const std::string sleep = absl::StrCat("SELECT pg_sleep(", pause.count(), ")");
  const bool is_one_by_one = std::string_view(migration.sql).starts_with(kNoTransaction);
  absl::Status status;
  for (int tries = 1;; ++tries) {
    status = is_one_by_one ? ApplyOneByOne(conn, migration) : ApplyInTransaction(conn, migration);
    // A lock that did not come in time, or a deadlock.
    if (!absl::IsAborted(status) || tries == options.tries_max) break;
    if (auto paused = Run(conn, sleep.c_str()); !paused.ok()) return paused.status();
  }
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrCat("migration ", migration.name, ": ", status.message(),
                   absl::IsAborted(status)
                       ? absl::StrCat(" (", options.tries_max,
                                      " tries: end what holds the table, and migrate again)")
                       : ""));
}

}  // namespace

absl::Status Migrate(const std::string& dsn, std::span<const Migration> migrations,
                     const MigrateOptions& options) {
  auto keywords = ParseDsn(dsn);
  if (!keywords.ok()) return keywords.status();
  Session conn = Open(*keywords, options.connect_time);
  if (PQstatus(conn.get()) != CONNECTION_OK) {
    return absl::UnavailableError(PQerrorMessage(conn.get()));
  }
  PQsetNoticeProcessor(conn.get(), [](void*, const char*) {}, nullptr);
  // The lock ends with the connection.
  if (auto status = LockSchema(conn.get()); !status.ok()) return status;
  if (auto made = Run(conn.get(), kCreateTable); !made.ok()) return made.status();
  auto applied = ListApplied(conn.get());
  if (!applied.ok()) return applied.status();
  if (auto status = CheckHistory(migrations, *applied); !status.ok()) return status;
  for (const Migration& migration : migrations) {
    if (applied->contains(migration.version)) continue;
    if (auto status = Apply(conn.get(), migration, options); !status.ok()) return status;
  }
  return absl::OkStatus();
}

AsyncStatus CheckSchema(Pool& pool, std::span<const Migration> migrations) {
  const Migration& newest = migrations.back();
  auto rows = co_await pool.Query(kNewest);
  int version = 0;
  if (rows.ok()) version = static_cast<int>(rows->Int(0, 0));
  bool is_new = !rows.ok() && SqlState(rows.status()) == "42P01";  // there is no such table
  if (!rows.ok() && !is_new) co_return rows.status();
  if (version >= newest.version) co_return absl::OkStatus();
  co_return absl::FailedPreconditionError(absl::StrCat("the database is at version ", version,
                                                       " and lacks ", newest.name,
                                                       ": `migrate` has to be run"));
}

}  // namespace tamarack::pg
