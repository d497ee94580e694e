#pragma once

#include "platform/base/status.h"
#include "platform/postgres/values.h"

#include <memory>
#include <utility>
#include <vector>

namespace tamarack::pg {

class Lease;

enum class Isolation { kReadCommitted, kRepeatableRead, kSerializable };

// One transaction on one borrowed connection; made by Pool::Begin, used by one coroutine at a time.
// BEGIN travels with the first statement. After an error the transaction is over: every later call
// returns that error. A Tx that goes away uncommitted is rolled back in the background, and its
// connection then returns to the pool.
class Tx {
 public:
  Tx(Lease lease, Isolation isolation);
  Tx(Tx&&) noexcept;
  Tx& operator=(Tx&&) = delete;
  ~Tx();

  template <class... A>
  Async<Rows> Query(const Statement& statement, const A&... args) {
    return RunOne(BoundStatement(statement, args...));
  }
  // Several statements in one round trip. Either all results, in order, or the first error.
  Async<std::vector<Rows>> QueryAll(std::vector<BoundStatement> statements);
  template <class... C>
  Async<std::vector<Rows>> QueryAll(BoundStatement first, C... rest) {
    return QueryAll(MakeAll(std::move(first), std::move(rest)...));
  }

  // Makes it durable. UNAVAILABLE here may mean that it did commit: make the caller's retry safe.
  AsyncStatus Commit();
  // As QueryAll and then Commit, in one round trip: a failed statement prevents the commit.
  Async<std::vector<Rows>> QueryAllAndCommit(std::vector<BoundStatement> statements);
  // Its locks are free when this returns.
  AsyncStatus Rollback();

 private:
  template <class... C>
  static std::vector<BoundStatement> MakeAll(C... statements) {
    std::vector<BoundStatement> all;
    all.reserve(sizeof...(statements));
    (all.push_back(std::move(statements)), ...);
    return all;
  }
  Async<Rows> RunOne(BoundStatement bound);
  Async<std::vector<Rows>> Run(std::vector<BoundStatement> statements, bool commit);

  std::unique_ptr<Lease> lease_;  // empty once committed or rolled back
  Isolation isolation_;
  bool begun_ = false;
  absl::Status failure_;
};

}  // namespace tamarack::pg
