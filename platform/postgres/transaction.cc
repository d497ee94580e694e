#include "platform/postgres/transaction.h"

#include "platform/postgres/pool_state.h"

namespace tamarack::pg {
namespace {

constexpr Statement kBegin{"transaction.begin", "BEGIN"};
constexpr Statement kBeginRepeatableRead{"transaction.begin_repeatable_read",
                                         "BEGIN ISOLATION LEVEL REPEATABLE READ"};
constexpr Statement kBeginSerializable{"transaction.begin_serializable",
                                       "BEGIN ISOLATION LEVEL SERIALIZABLE"};
constexpr Statement kCommit{"transaction.commit", "COMMIT"};

const Statement& BeginFor(Isolation isolation) {
  switch (isolation) {
    case Isolation::kRepeatableRead:
      return kBeginRepeatableRead;
    case Isolation::kSerializable:
      return kBeginSerializable;
    case Isolation::kReadCommitted:
      break;
  }
  return kBegin;
}

}  // namespace

Tx::Tx(Lease lease, Isolation isolation)
    : lease_(std::make_unique<Lease>(std::move(lease))), isolation_(isolation) {}
Tx::Tx(Tx&&) noexcept = default;

Tx::~Tx() {
  // Mid-statement there is nothing to be done but to drop the connection, which the lease does.
  if (lease_ && lease_->connection().IsInTransaction()) lease_->pool().RollBack(std::move(*lease_));
}

Async<Rows> Tx::RunOne(BoundStatement bound) {
  std::vector<BoundStatement> statements;
  statements.push_back(std::move(bound));
  CO_ASSIGN_OR_RETURN(auto rows, co_await Run(std::move(statements), false));
  co_return std::move(rows.front());
}

Async<std::vector<Rows>> Tx::QueryAll(std::vector<BoundStatement> statements) {
  return Run(std::move(statements), false);
}

Async<std::vector<Rows>> Tx::QueryAllAndCommit(std::vector<BoundStatement> statements) {
  return Run(std::move(statements), true);
}

AsyncStatus Tx::Commit() {
  auto rows = co_await Run({}, true);
  co_return rows.status();
}

AsyncStatus Tx::Rollback() {
  absl::Status status;
  if (lease_ && lease_->connection().IsInTransaction())
    status = (co_await lease_->Execute({BoundStatement(kRollback)})).status();
  lease_.reset();
  co_return status;
}

Async<std::vector<Rows>> Tx::Run(std::vector<BoundStatement> statements, bool commit) {
  if (!failure_.ok()) co_return failure_;
  if (!lease_) co_return absl::FailedPreconditionError("the transaction is over");
  bool begins = !begun_ && !(statements.empty() && commit);
  if (begins) statements.insert(statements.begin(), BoundStatement(BeginFor(isolation_)));
  begun_ |= begins;
  if (commit && begun_) statements.emplace_back(kCommit);
  std::vector<Rows> rows;
  if (!statements.empty()) {
    auto done = co_await lease_->Execute(std::move(statements));
    if (!done.ok()) {
      failure_ = done.status();
      co_return failure_;
    }
    rows = *std::move(done);
  }
  if (begins) rows.erase(rows.begin());
  if (commit) {
    if (begun_) rows.pop_back();
    lease_.reset();
  }
  co_return rows;
}

}  // namespace tamarack::pg
