#pragma once

// Group commit: under load the cost of a write is its commit, so rows that wait together are
// written together, and each caller gets its own result.
//
//   struct NewPayment { std::string id; int64_t amount_cents; };
//   pg::Batcher<NewPayment, bool> batcher(
//       executor, pool,
//       [](pg::Pool& pool, std::span<const NewPayment> rows)
//           -> Async<std::vector<absl::StatusOr<bool>>> {
//         std::vector<std::string> ids;  // one vector per column
//         std::vector<int64_t> amounts;
//         for (const NewPayment& row : rows) {
//           ids.push_back(row.id);
//           amounts.push_back(row.amount_cents);
//         }
//         CO_ASSIGN_OR_RETURN(auto written, co_await pool.Query(kInsertMany, ids, amounts));
//         co_return std::vector<absl::StatusOr<bool>>(rows.size(), true);  // in the order of rows
//       });
//   CO_ASSIGN_OR_RETURN(bool is_made, co_await batcher.Add({.id = id, .amount_cents = 4500}));
//
// The function writes all its rows in one transaction (one multi-row statement, pool.QueryAll, or a
// Tx that it commits) and returns one result per row; or it returns an error and has written
// nothing. SQL: `INSERT … SELECT … FROM unnest($1::uuid[], $2::text[]) … RETURNING`; RETURNING may
// reorder, so match rows by key.
//
// - A lone caller waits for nobody: a batch starts as soon as fewer than `in_flight_max` run.
// - A bad row fails alone: a batch that fails for a lasting reason is tried again in halves.
//   A deadlock (ABORTED) is tried once more; other transient errors go to all callers of the batch.
// - What the function throws is INTERNAL for all rows of its batch, which is not tried again; it is
//   logged, and is what health() says until a batch ends without; the next ones are tried as ever.
// - A caller that gives up stops waiting; its row may still be written, so keys must be idempotent.
// - Bounded: RESOURCE_EXHAUSTED when `queue_max` rows wait. One thread, no locks.

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "platform/runtime/task_group.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tamarack::pg {

struct BatcherOptions {
  int rows_max = 256;     // in one batch
  int in_flight_max = 2;  // batches at a time
  int queue_max = 10000;  // rows waiting
};

// The part of Batcher that does not depend on the row's type.
class BatchQueue : public std::enable_shared_from_this<BatchQueue> {
 public:
  struct Entry {
    explicit Entry(const boost::asio::any_io_executor& executor) : done(executor) {}
    virtual ~Entry() = default;
    boost::asio::steady_timer done;
    bool is_done = false;
    absl::Status status;
  };
  using Entries = std::span<const std::shared_ptr<Entry>>;

  BatchQueue(boost::asio::any_io_executor executor, BatcherOptions options)
      : executor_(executor), options_(options), tasks_(std::move(executor)) {}
  virtual ~BatchQueue() = default;

  // Queues the entry and waits until its batch is decided.
  AsyncStatus Wait(std::shared_ptr<Entry> entry);
  const boost::asio::any_io_executor& executor() const { return executor_; }
  const absl::Status& health() const { return health_; }

 protected:
  // Writes all entries in one transaction and fills in their results; on error, nothing.
  virtual AsyncStatus Write(Entries entries) = 0;

 private:
  void StartOne();
  boost::asio::awaitable<void> RunBatches();
  boost::asio::awaitable<void> Settle(Entries entries, bool is_retry);

  boost::asio::any_io_executor executor_;
  BatcherOptions options_;
  int in_flight_ = 0;
  std::deque<std::shared_ptr<Entry>> queue_;
  absl::Status health_;
  runtime::TaskGroup tasks_;
};

template <class Row, class Result>
class Batcher {
 public:
  using Results = std::vector<absl::StatusOr<Result>>;
  using WriteRows = std::function<Async<Results>(Pool&, std::span<const Row>)>;

  Batcher(boost::asio::any_io_executor executor, Pool& pool, WriteRows write,
          BatcherOptions options = {})
      : queue_(std::make_shared<Queue>(std::move(executor), pool, std::move(write), options)) {}

  // Returns when the row is committed, with its result, or with why it was not.
  Async<Result> Add(Row row) {
    auto entry = std::make_shared<TypedEntry>(queue_->executor(), std::move(row));
    CO_RETURN_IF_ERROR(co_await queue_->Wait(entry));
    co_return *std::move(entry->result);
  }

  // For a ReadyCheck: INTERNAL when the last batch threw.
  const absl::Status& health() const { return queue_->health(); }

 private:
  struct TypedEntry : BatchQueue::Entry {
    TypedEntry(const boost::asio::any_io_executor& executor, Row row_)
        : Entry(executor), row(std::move(row_)) {}
    Row row;
    std::optional<absl::StatusOr<Result>> result;
  };

  class Queue final : public BatchQueue {
   public:
    Queue(boost::asio::any_io_executor executor, Pool& pool, WriteRows write,
          BatcherOptions options)
        : BatchQueue(std::move(executor), options), pool_(pool), write_(std::move(write)) {}

   private:
    AsyncStatus Write(Entries entries) override {
      std::vector<Row> rows;
      rows.reserve(entries.size());
      for (auto& entry : entries) rows.push_back(std::move(Typed(*entry).row));
      absl::StatusOr<Results> results = co_await write_(pool_, std::span<const Row>(rows));
      if (results.ok() && results->size() != rows.size()) {
        results = absl::InternalError("batch: one result per row expected");
      }
      for (size_t i = 0; i < rows.size(); ++i) {
        auto& entry = Typed(*entries[i]);
        if (results.ok()) {
          entry.result = std::move((*results)[i]);
        } else {
          entry.row = std::move(rows[i]);  // it is tried again, with fewer others
        }
      }
      co_return results.status();
    }
    static TypedEntry& Typed(Entry& entry) { return static_cast<TypedEntry&>(entry); }

    Pool& pool_;
    WriteRows write_;
  };

  std::shared_ptr<Queue> queue_;
};

}  // namespace tamarack::pg
