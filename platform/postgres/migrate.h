#pragma once

// Schema migrations: `services/<s>/migrations/NNNN_what.sql`, forward only, embedded into the
// binary by cmake/embed_migrations.cmake, which defines `std::span<const pg::Migration>
// <s>::Migrations()`.
//
//   #include "services/payments/migrations.h"    // generated
//   absl::Status status = pg::Migrate(absl::GetFlag(FLAGS_pg_dsn), payments::Migrations());
//
// - Runs before anything else in main (it blocks), or alone with `--migrate_only`.
// - One process at a time applies (pg_advisory_lock); the others wait and then find nothing to do.
// - Each file runs in its own transaction together with its row in schema_migration. It may hold
//   several statements, and none that refuse a transaction (CREATE INDEX CONCURRENTLY, VACUUM).
// - An applied file whose text has changed, or a new file older than the newest applied one, is
//   refused with FAILED_PRECONDITION: write another file instead.
// - Versions that this binary does not know are left alone: it is the older one in a roll-out.
// - Expand, deploy, contract: a migration must suit both the previous and the next release.

#include <absl/status/status.h>

#include <span>
#include <string>

namespace tamarack::pg {

struct Migration {
  int version;       // 1 for 0001_payment.sql
  const char* name;  // "0001_payment"
  const char* sql;
  const char* sha256;  // of the file, lower-case hex
};

// Of what changes the schema or the rights, one at a time works on a database: this advisory lock.
inline constexpr char kMigrationLock[] = "7235104839102";  // any number that is only ours

// Brings the database to the newest of `migrations` (in ascending order of version).
absl::Status Migrate(const std::string& dsn, std::span<const Migration> migrations);

}  // namespace tamarack::pg
