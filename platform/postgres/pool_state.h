#pragma once

#include "platform/postgres/connection.h"
#include "platform/postgres/postgres.h"
#include "platform/runtime/task_group.h"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tamarack::pg {

class PoolState;

inline constexpr Statement kRollback{"transaction.rollback", "ROLLBACK"};

// A borrowed connection. Going out of scope gives it back, to be dropped if it is mid-statement.
class Lease {
 public:
  Lease(std::shared_ptr<PoolState> pool, std::shared_ptr<Connection> connection)
      : pool_(std::move(pool)), connection_(std::move(connection)) {}
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Connection& connection() { return *connection_; }
  PoolState& pool() { return *pool_; }
  // Runs the statements to their end, whatever becomes of the caller.
  Async<std::vector<Rows>> Execute(std::vector<BoundStatement> statements);

  // From now on the task keeps the connection between statements; until it lets go, or the lease
  // ends, it gets no other one.
  void Keep(boost::asio::any_io_executor task);
  void LetGo();

 private:
  std::shared_ptr<PoolState> pool_;
  std::shared_ptr<Connection> connection_;
  boost::asio::any_io_executor keeper_;  // empty when no task keeps it, or none is told
};

// What a Pool, its leases and its background rollbacks share; internal to the pool.
class PoolState : public std::enable_shared_from_this<PoolState> {
 public:
  PoolState(boost::asio::any_io_executor executor, const std::string& dsn, PoolOptions options);

  // Waits for a turn and returns an open connection. INTERNAL when the caller's task keeps one
  // already: as many such tasks as there are connections would wait for each other.
  Async<Lease> Acquire();
  void Release(std::shared_ptr<Connection> connection);
  // Ends an abandoned transaction in the background.
  void RollBack(Lease lease);
  PoolMetrics* metrics() const { return options_.metrics; }

 private:
  friend class Lease;
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::optional<Lease> grant;
  };
  Async<Lease> WaitForTurn();
  Async<Lease> Queue();
  Lease Lend(std::shared_ptr<Connection> connection);
  void CountWaiting();

  boost::asio::any_io_executor executor_;
  PoolOptions options_;
  absl::Status dsn_status_;
  std::vector<std::shared_ptr<Connection>> idle_;  // the most recently used is the last
  std::deque<std::shared_ptr<Waiter>> waiters_;    // empty while any connection is idle
  std::vector<boost::asio::any_io_executor> keepers_;
  runtime::TaskGroup rollbacks_;  // Joined with the loop's: a pool goes without waiting.
};

}  // namespace tamarack::pg
