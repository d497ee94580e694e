#include "platform/keys/resealer.h"

#include "platform/keys/keyring_file.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace tamarack::keys {
namespace asio = boost::asio;

namespace {

// 256 KiB of a table, some hundred rows, for one transaction.
constexpr int64_t kBlocksOfBatch = 32;
// Rows may be left that others had locked, or that a process made that had not read the ring yet.
constexpr std::chrono::minutes kPauseMin{1};
constexpr std::chrono::minutes kPauseMax{60};

std::string FirstOf(int64_t block) {
  return absl::StrCat("(", block, ",0)");
}

std::vector<KeyedColumn> MadeAnew(std::vector<KeyedColumn> columns) {
  std::erase_if(columns, [](const KeyedColumn& column) { return !column.renew; });
  return columns;
}

}  // namespace

struct Resealer::State {
  State(asio::any_io_executor executor_, pg::Pool& pool_, const crypto::Keyring& ring_,
        std::vector<KeyedColumn> columns_, prometheus::Registry& registry)
      : pool(pool_),
        ring(ring_),
        columns(MadeAnew(std::move(columns_))),
        timer(executor_),
        tasks(executor_) {
    for (const KeyedColumn& column : columns) {
      UnreadableRows(registry, column.sql.table);  // From the start, so that a first one is a rise.
      left.push_back(&telemetry::Gauge(registry, "tamarack_keyring_rows_left",
                                       "Rows made with another version than the one in use",
                                       {{"column", column.name()}}));
    }
  }

  asio::awaitable<void> Run() {
    std::chrono::minutes pause{0};
    while (!co_await runtime::IsAskedToEnd()) {
      auto round = co_await Round();
      if (!round.ok() && !absl::IsAborted(round.status())) {
        telemetry::Log(telemetry::Level::kWarning, "sealing anew failed, to be tried again",
                       {{"code", absl::StatusCodeToString(round.status().code())}});
      }
      pause = PauseAfter(round, pause);
      if (!is_woken && !co_await runtime::IsAskedToEnd()) {
        timer.expires_after(pause);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      }
      if (std::exchange(is_woken, false)) pause = std::chrono::minutes(0);
    }
  }

  Async<Outcome> Round() {
    CO_ASSIGN_OR_RETURN(bool is_ours, co_await LockResealing(pool));
    if (!is_ours) {
      for (prometheus::Gauge* gauge : left) gauge->Set(std::numeric_limits<double>::quiet_NaN());
      co_return absl::AbortedError("another process does it");
    }
    Outcome outcome;
    absl::Status failure;
    for (size_t i = 0; i < columns.size() && !co_await runtime::IsAskedToEnd(); ++i)
      failure.Update(co_await RenewColumn(i, outcome));
    CO_RETURN_IF_ERROR(failure);
    co_return outcome;
  }

  AsyncStatus RenewColumn(size_t i, Outcome& outcome) {
    CO_ASSIGN_OR_RETURN(int64_t rows, co_await Count(i));
    if (rows > 0) {
      telemetry::Log(telemetry::Level::kInfo, "sealing anew",
                     {{"column", columns[i].name()}, {"rows", rows}});
      CO_ASSIGN_OR_RETURN(int64_t renewed, co_await Walk(columns[i], *left[i]));
      outcome.rows_renewed += renewed;
      if (co_await runtime::IsAskedToEnd()) co_return absl::OkStatus();
      CO_ASSIGN_OR_RETURN(rows, co_await Count(i));
      telemetry::Log(telemetry::Level::kInfo, "sealed anew",
                     {{"column", columns[i].name()}, {"rows_left", rows}});
    }
    outcome.rows_left += rows;
    co_return absl::OkStatus();
  }

  Async<int64_t> Count(size_t column) {
    int64_t rows = 0;
    // With one version alone, all that can be read is of it.
    if (ring.versions().size() > 1) {
      CO_ASSIGN_OR_RETURN(auto counts,
                          co_await CountVersions(pool, columns[column], ring.versions()));
      for (const VersionCount& count : counts) {
        if (count.version != ring.in_use().id) rows += count.rows;
      }
    }
    left[column]->Set(static_cast<double>(rows));
    co_return rows;
  }

  Async<int64_t> Walk(const KeyedColumn& column, prometheus::Gauge& rows_left) {
    int64_t total = 0;
    CO_ASSIGN_OR_RETURN(auto blocks, co_await pool.Query(column.sql.blocks));
    for (int64_t block = 0; block < blocks.Int(0, 0); block += kBlocksOfBatch) {
      if (co_await runtime::IsAskedToEnd()) break;
      CO_ASSIGN_OR_RETURN(int64_t renewed, co_await Batch(column, block));
      rows_left.Decrement(static_cast<double>(renewed));
      total += renewed;
    }
    co_return total;
  }

  Async<int64_t> Batch(const KeyedColumn& column, int64_t block) {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool.Begin());
    CO_ASSIGN_OR_RETURN(auto rows,
                        co_await tx.Query(column.sql.list, FirstOf(block),
                                          FirstOf(block + kBlocksOfBatch), ring.in_use().id));
    std::vector<std::string> places, earlier, renewed;
    for (int row = 0; row < rows.size(); ++row) {
      auto text = column.renew(rows, row);
      if (!text.ok()) continue;
      places.emplace_back(rows.Text(row, 0));
      earlier.emplace_back(rows.Text(row, 1));
      renewed.push_back(*std::move(text));
    }
    if (places.empty()) co_return 0;
    CO_ASSIGN_OR_RETURN(auto updated, co_await tx.QueryAllAndCommit({pg::BoundStatement(
                                          column.sql.update, places, earlier, renewed)}));
    co_return updated[0].affected();
  }

  pg::Pool& pool;
  const crypto::Keyring& ring;
  const std::vector<KeyedColumn> columns;
  std::vector<prometheus::Gauge*> left;  // One for each column.
  asio::steady_timer timer;
  bool is_woken = false;
  runtime::TaskGroup tasks;
};

Resealer::Resealer(asio::any_io_executor executor, pg::Pool& pool, const crypto::Keyring& ring,
                   std::vector<KeyedColumn> columns, prometheus::Registry& registry)
    : state_(
          std::make_shared<State>(std::move(executor), pool, ring, std::move(columns), registry)) {}

Resealer::~Resealer() = default;

void Resealer::Start() {
  state_->tasks.Spawn([state = state_] { return state->Run(); });
}

void Resealer::Wake() {
  state_->is_woken = true;
  state_->timer.cancel();
}

void Resealer::Stop() {
  state_->tasks.AskToEnd();
}

Async<Resealer::Outcome> Resealer::Round() {
  return state_->Round();
}

std::chrono::minutes Resealer::PauseAfter(const absl::StatusOr<Outcome>& round,
                                          std::chrono::minutes before) {
  // To ask for the lock costs nothing.
  if (absl::IsAborted(round.status())) return kPauseMin;
  if (round.ok() && round->rows_left == 0) return kPauseMax;
  if (round.ok() && round->rows_renewed > 0) return kPauseMin;
  return std::clamp(2 * before, kPauseMin, kPauseMax);
}

}  // namespace tamarack::keys
