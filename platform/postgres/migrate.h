#pragma once

// Schema migrations: `services/<s>/migrations/NNNN_what.sql`, forward only, embedded into the
// binary by cmake/embed_migrations.cmake, which defines `std::span<const pg::Migration>
// <s>::Migrations()`.
//
//   #include "services/payments/migrations.h"    // generated
//   absl::Status status = pg::Migrate(absl::GetFlag(FLAGS_pg_dsn), payments::Migrations());
//
// - Runs before anything else in main (it blocks), or alone with `--migrate_only`.
// - One process at a time applies (an advisory lock); the others wait and then find nothing to do.
// - Each file runs in its own transaction together with its row in schema_migration. It may hold
//   several statements, and none that refuse a transaction (CREATE INDEX CONCURRENTLY, VACUUM).
// - A file whose first line is `-- no transaction` runs statement by statement, each ended by a
//   semicolon at the end of its line. Whatever cuts it off, it begins anew, so all of it must be
//   repeatable: an index is dropped first (DROP INDEX CONCURRENTLY IF EXISTS), for one that was cut
//   off is there, and invalid, which is refused.
// - No lock on a table is waited for longer than 3 s (`lock_timeout`), since all who come later
//   wait behind it; the file is tried again some times, then ABORTED. A file without a transaction
//   waits as long as it takes, as an index does for every snapshot of before: it must take no lock
//   that keeps others from a table.
// - An applied file whose text has changed, or a new file older than the newest applied one, is
//   refused with FAILED_PRECONDITION: write another file instead.
// - Versions that this binary does not know are left alone: it is the older one in a roll-out.
// - Expand, deploy, contract: a migration must suit both the previous and the next release.

#include "platform/postgres/postgres.h"

#include <absl/status/status.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>

struct pg_conn;  // libpq's PGconn

namespace tamarack::pg {

struct Migration {
  int version;       // 1 for 0001_payment.sql
  const char* name;  // "0001_payment"
  const char* sql;
  const char* sha256;  // of the file, lower-case hex
};

// Of what changes the schema or the rights, one at a time works on a database: this advisory lock.
inline constexpr char kMigrationLock[] = "7235104839102";  // any number that is only ours

struct MigrateOptions {
  std::chrono::seconds connect_time{60};  // A database that starts, or fails over, is waited for.
  std::chrono::seconds lock_time{600};    // Another who migrates is, too.
  int tries_max = 10;                     // of a file that does not get its locks
  std::chrono::milliseconds pause{2000};
};

using SchemaSession = std::unique_ptr<pg_conn, void (*)(pg_conn*)>;

// A connection that has the lock until it ends. UNAVAILABLE when the database cannot be reached in
// time, ABORTED when somebody else keeps the lock.
absl::StatusOr<SchemaSession> OpenSchema(const std::string& dsn,
                                         const MigrateOptions& options = {});

// Brings the database to the newest of `migrations` (in ascending order of version), and logs
// each.
absl::Status Migrate(const std::string& dsn, std::span<const Migration> migrations,
                     const MigrateOptions& options = {});

// FAILED_PRECONDITION, which says what is missing, while the database is older than `migrations`:
// what is here would not find its columns. A newer one is taken (see above).
AsyncStatus CheckSchema(Pool& pool, std::span<const Migration> migrations);

}  // namespace tamarack::pg
