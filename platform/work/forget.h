// Sweeps that delete what is kept for too long, whatever table it is of.
//
//   constexpr pg::Statement kForget{
//       "used_link.forget", WORK_FORGET("used_link", "used_at < now() - interval '8 days'", "used_at")};
//   work::Sweep UsedLinks(pg::Pool& pool) { return work::Forgetting("used links", pool, kForget); }
#pragma once

#include "platform/postgres/postgres.h"
#include "platform/work/sweeper.h"

namespace tamarack::work {

// Deletes $1 rows at most, in an index's `order`. What somebody is just changing is passed over.
#define WORK_FORGET(table, where, order)                                                  \
  "DELETE FROM " table " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " table " WHERE " where \
  " ORDER BY " order " LIMIT $1::int FOR UPDATE SKIP LOCKED))"

// Runs one such statement and says how many rows it was.
Async<int64_t> ForgetBatch(pg::Pool& pool, pg::BoundStatement call);

// Whose first parameter is the size of a batch. `pool` must outlive the sweep's run.
template <class... A>
Sweep Forgetting(const char* name, pg::Pool& pool, const pg::Statement& statement, A... args) {
  return {.name = name,
          .every = std::chrono::hours(1),
          .batch = [&pool, statement, args...](int limit) {
            return ForgetBatch(pool, pg::BoundStatement(statement, limit, args...));
          }};
}

}  // namespace tamarack::work
