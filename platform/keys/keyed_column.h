// What of a database was made with a service's keyring: one entry a column, by the repository that
// owns the table. From them the rows under each version are counted, and sealed anew after a
// rotation (resealer.h).
//   constexpr keys::ColumnSql kSealed = SEALED_COLUMN("payment", "payer_sealed", "payment_id");
//   keys::KeyedColumn column = keys::SealedColumn(
//       kSealed, sealer, [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); });
#pragma once

#include "platform/crypto/keyring.h"
#include "platform/crypto/seal.h"
#include "platform/postgres/postgres.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tamarack::keys {

struct ColumnSql {
  const char* table;
  const char* column;
  // Rows by version: version, count. An empty version is the oldest of the ring.
  pg::Statement count;
  // How many blocks the table has.
  pg::Statement blocks;
  // Locks and lists rows of the blocks from $1 to before $2 (tid) that are not of the version $3
  // and that nobody else has locked: ctid, text, a name for the log that is nothing personal, and
  // what else making it anew takes.
  pg::Statement list;
  // Sets the texts $3 where $2 stood, in the rows $1 (arrays: tid, text, text).
  pg::Statement update;
};

#define KEYED_BLOCKS(table) \
  "SELECT pg_relation_size('" table "') / current_setting('block_size')::bigint"
#define KEYED_NEW "unnest($1::tid[], $2::text[], $3::text[]) AS n (place, earlier, renewed)"
// `more` begins with the name for the log.
#define SEALED_COLUMN(table, column, more)                                                        \
  ::tamarack::keys::ColumnSql {                                                                   \
    table, column,                                                                                \
        {table "." column ".count", "SELECT split_part(" column ", '.', 1), count(*) FROM " table \
                                    " WHERE strpos(" column ", '.') > 0 GROUP BY 1"},             \
        {table "." column ".blocks", KEYED_BLOCKS(table)},                                        \
        {table "." column ".list",                                                                \
         "SELECT ctid, " column ", " more " FROM " table                                          \
         " WHERE ctid >= $1 AND ctid < $2 AND strpos(" column                                     \
         ", '.') > 0"                                                                             \
         " AND split_part(" column ", '.', 1) <> $3 FOR UPDATE SKIP LOCKED"},                     \
        {table "." column ".update", "UPDATE " table " t SET " column                             \
                                     " = n.renewed FROM " KEYED_NEW " WHERE t.ctid = n.place"}    \
  }
// The version of a StoredMac.
#define MAC_VERSION(column) \
  "CASE WHEN strpos(" column ", '.') = 0 THEN '1' ELSE split_part(" column ", '.', 1) END"

struct KeyedColumn {
  ColumnSql sql;
  // Makes a listed row's text anew with the version in use. None: the rows end by themselves, or
  // stay with their version.
  std::function<absl::StatusOr<std::string>(const pg::Rows& rows, int row)> renew;

  std::string name() const { return std::string(sql.table) + "." + sql.column; }
};

// A column of sealed texts; `place` gives a listed row's `aad`.
KeyedColumn SealedColumn(const ColumnSql& sql, crypto::Sealer sealer,
                         std::function<std::string(const pg::Rows& rows, int row)> place);

// All that a service makes with its keyring.
struct KeyUses {
  std::vector<KeyedColumn> columns;
  // How long what was given out (links, cookies) is good: as long a version is kept after it was
  // replaced.
  std::chrono::seconds outlives{0};
};

// Whether this process, by the pool's one session, is the one to seal anew.
Async<bool> LockResealing(pg::Pool& pool);

// Rows of the column by version; those of an empty one count as the oldest's.
struct VersionCount {
  std::string version;
  int64_t rows = 0;
};
Async<std::vector<VersionCount>> CountVersions(pg::Pool& pool, const KeyedColumn& column,
                                               const crypto::KeyVersions& versions);

}  // namespace tamarack::keys
