#include "platform/keys/keyed_column.h"

namespace tamarack::keys {

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
