#pragma once

// PostgreSQL as coroutines on the process's Asio loop (libpq, non-blocking, pipelined).
//
//   constexpr pg::Statement kFind{"payment.find",
//                                 "SELECT amount FROM payment WHERE payment_id = $1::uuid"};
//   CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(kFind, id));  // one statement, committed
//   if (rows.empty()) co_return absl::NotFoundError("no such payment");
//   int64_t amount = rows.Int(0, 0);
//
//   CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());             // several, all or nothing
//   CO_ASSIGN_OR_RETURN(auto locked, co_await tx.Query(kLock, id));  // BEGIN travels with it
//   CO_ASSIGN_OR_RETURN(auto both,
//                       co_await tx.QueryAll(pg::BoundStatement(kUpdate, id),
//                                            pg::BoundStatement(kEvent, id)));
//   CO_RETURN_IF_ERROR(co_await tx.Commit());                        // else: rolled back
//
//   // Atomic without BEGIN, in one round trip:
//   CO_ASSIGN_OR_RETURN(auto results,
//                       co_await pool.QueryAll(pg::BoundStatement(kUpdate, id),
//                                              pg::BoundStatement(kEvent, id)));
//
// Errors are absl::Status by SQLSTATE (see error.h): 23505 ALREADY_EXISTS (which key:
// `pg::Constraint(status)`), 23503 and 23514 FAILED_PRECONDITION, 22xxx INVALID_ARGUMENT, 40xxx
// ABORTED, a lost or refused connection UNAVAILABLE, a full queue RESOURCE_EXHAUSTED.
//
// - Fixed number of connections; callers queue first in, first out, with a bound on the queue.
// - Only the wait for a connection follows the caller's cancellation. A statement once sent runs to
//   its end, bounded by statement_timeout and a watchdog: dropping connections for every caller
//   that gave up turns overload into a reconnect storm.
// - Whoever holds a transaction asks the pool for nothing else: what is needed meanwhile is read
//   through the Tx. As many that did otherwise as there are connections would wait for each other.
//   INTERNAL in debug builds and in tests (platform/base/task.h).
// - Nothing is retried. A lost connection is opened again by its next user.
// - Everything runs on one executor's thread; no locks. The pool may die before its transactions.
// - Sessions are in UTC; times come and go as microseconds or time points, money as bigint.
// - Text of a `Statement` must live for ever (constexpr), and one name means one text. Lists with
//   filters are composed: composed.h.
//
// Group commit for hot writes: batch.h. Schema: migrate.h.

#include "platform/base/status.h"
#include "platform/postgres/error.h"
#include "platform/postgres/transaction.h"
#include "platform/postgres/values.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tamarack::pg {

class PoolMetrics;

struct PoolOptions {
  int size = 8;
  int queue_max = 1000;
  std::chrono::milliseconds queue_timeout{5000};
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{10000};
  std::chrono::milliseconds lock_timeout{5000};
  std::chrono::milliseconds idle_in_transaction_timeout{15000};
  std::string application_name = "tamarack";
  PoolMetrics* metrics = nullptr;  // must outlive every use of the pool
};

// The connections of one process to one database. Connects on first use.
class Pool {
 public:
  Pool(boost::asio::any_io_executor executor, const std::string& dsn, PoolOptions options);
  Pool(boost::asio::any_io_executor executor, const std::string& dsn, int size)
      : Pool(std::move(executor), dsn, PoolOptions{.size = size}) {}
  ~Pool();

  // Runs one statement in its own implicit transaction.
  template <class... A>
  Async<Rows> Query(const Statement& statement, const A&... args) {
    return RunOne(BoundStatement(statement, args...));
  }
  // Runs several in one implicit transaction and one round trip.
  Async<std::vector<Rows>> QueryAll(std::vector<BoundStatement> statements);
  template <class... C>
  Async<std::vector<Rows>> QueryAll(BoundStatement first, C... rest) {
    std::vector<BoundStatement> statements;
    statements.reserve(1 + sizeof...(rest));
    statements.push_back(std::move(first));
    (statements.push_back(std::move(rest)), ...);
    return QueryAll(std::move(statements));
  }
  Async<Tx> Begin(Isolation isolation = Isolation::kReadCommitted);

  // For /readyz: OK when a connection answers.
  AsyncStatus Ping();

 private:
  Async<Rows> RunOne(BoundStatement bound);
  std::shared_ptr<class PoolState> state_;
};

}  // namespace tamarack::pg
