#include "platform/work/claims.h"

namespace tamarack::work {

AsyncStatus Renew(const Queue& queue, const std::vector<Claim>& claims,
                  std::chrono::milliseconds lease) {
  std::vector<std::string> ids, tokens;
  for (const Claim& claim : claims) {
    ids.push_back(claim.id);
    tokens.push_back(claim.token);
  }
  co_return (co_await queue.pool.Query(queue.sql.renew, ids, tokens, lease.count())).status();
}

AsyncStatus Postpone(const Queue& queue, const Claim& claim, Again again) {
  co_return (co_await queue.pool.Query(queue.sql.postpone, claim.id, claim.token,
                                       again.delay.count(), again.is_attempt))
      .status();
}

Async<Depth> Measure(const Queue& queue) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await queue.pool.Query(queue.sql.measure));
  co_return Depth{
      .waiting = rows.Int(0, 0), .oldest_seconds = rows.Int(0, 1), .parked = rows.Int(0, 2)};
}

}  // namespace tamarack::work
