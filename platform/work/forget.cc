#include "platform/work/forget.h"

namespace tamarack::work {

Async<int64_t> ForgetBatch(pg::Pool& pool, pg::BoundStatement call) {
  CO_ASSIGN_OR_RETURN(auto results, co_await pool.QueryAll(std::move(call)));
  co_return results.front().affected();
}

}  // namespace tamarack::work
