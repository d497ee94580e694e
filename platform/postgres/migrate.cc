#include "platform/postgres/migrate.h"

#include "platform/base/status.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/error.h"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace tamarack::pg {
namespace {

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;
using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

constexpr char kLock[] = "SELECT pg_advisory_lock($1::bigint)";
constexpr char kCreateTable[] = R"sql(
  CREATE TABLE IF NOT EXISTS schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()))sql";
constexpr char kListApplied[] = "SELECT version, sha256 FROM schema_migration";
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

absl::Status Apply(PGconn* conn, const Migration& migration) {
  if (auto begun = Run(conn, "BEGIN"); !begun.ok()) return begun.status();
  auto done = Run(conn, migration.sql);
  if (done.ok() && PQtransactionStatus(conn) != PQTRANS_INTRANS) {
    done = absl::FailedPreconditionError("it ends its own transaction");
  }
  if (done.ok()) {
    done =
        Run(conn, kRecord, {std::to_string(migration.version), migration.name, migration.sha256});
  }
  if (done.ok()) done = Run(conn, "COMMIT");
  if (done.ok()) return absl::OkStatus();
  return absl::Status(done.status().code(),
                      absl::StrCat("migration ", migration.name, ": ", done.status().message()));
}

}  // namespace

absl::Status Migrate(const std::string& dsn, std::span<const Migration> migrations) {
  if (auto keywords = ParseDsn(dsn); !keywords.ok()) return keywords.status();
  Connection conn(PQconnectdb(dsn.c_str()), &PQfinish);
  if (PQstatus(conn.get()) != CONNECTION_OK) {
    return absl::UnavailableError(PQerrorMessage(conn.get()));
  }
  PQsetNoticeProcessor(conn.get(), [](void*, const char*) {}, nullptr);
  // The lock ends with the connection.
  if (auto locked = Run(conn.get(), kLock, {kMigrationLock}); !locked.ok()) return locked.status();
  if (auto made = Run(conn.get(), kCreateTable); !made.ok()) return made.status();
  auto applied = ListApplied(conn.get());
  if (!applied.ok()) return applied.status();
  if (auto status = CheckHistory(migrations, *applied); !status.ok()) return status;
  for (const Migration& migration : migrations) {
    if (applied->contains(migration.version)) continue;
    if (auto status = Apply(conn.get(), migration); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace tamarack::pg
