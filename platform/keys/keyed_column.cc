#include "platform/keys/keyed_column.h"

namespace tamarack::keys {
namespace {

// Once a session has the lock, it has it again. When our process has gone, the server ends what
// still runs, and with it the session.
constexpr pg::Statement kLock{"resealing.lock", R"sql(
  SELECT pg_try_advisory_lock(hashtextextended('resealing', 0)),
    set_config('client_connection_check_interval', '2s', false))sql"};

}  // namespace

KeyedColumn SealedColumn(const ColumnSql& sql, crypto::Sealer sealer,
                         std::function<std::string(const pg::Rows& rows, int row)> place) {
  auto renew = [table = sql.table, sealer = std::move(sealer), place = std::move(place)](
                   const pg::Rows& rows, int row) -> absl::StatusOr<std::string> {
    std::string aad = place(rows, row);
    auto text = sealer.OpenRow({table, rows.Text(row, 2)}, rows.Text(row, 1), aad);
    if (!text.ok()) return text.status();
    return sealer.Seal(*text, aad);
  };
  return {sql, std::move(renew)};
}

Async<bool> LockResealing(pg::Pool& pool) {
  CO_ASSIGN_OR_RETURN(auto lock, co_await pool.Query(kLock));
  co_return lock.Bool(0, 0);
}

Async<std::vector<VersionCount>> CountVersions(pg::Pool& pool, const KeyedColumn& column,
                                               const crypto::KeyVersions& versions) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(column.sql.count));
  std::vector<VersionCount> counts;
  for (int row = 0; row < rows.size(); ++row) {
    std::string version(rows.Text(row, 0));
    counts.push_back({version.empty() ? versions.front().id : version, rows.Int(row, 1)});
  }
  co_return counts;
}

}  // namespace tamarack::keys
