#include "platform/work/claims.h"

namespace tamarack::work {

AsyncStatus Renew(pg::Pool& pool, const pg::Statement& renew, const std::vector<Claim>& claims,
                  std::chrono::milliseconds lease) {
  std::vector<std::string> ids, tokens;
  for (const Claim& claim : claims) {
    ids.push_back(claim.id);
    tokens.push_back(claim.token);
  }
  co_return (co_await pool.Query(renew, ids, tokens, lease.count())).status();
}

Async<Depth> Measure(pg::Pool& pool, const pg::Statement& measure) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(measure));
  co_return Depth{
      .waiting = rows.Int(0, 0), .oldest_seconds = rows.Int(0, 1), .parked = rows.Int(0, 2)};
}

}  // namespace tamarack::work
