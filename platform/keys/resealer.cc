#include "platform/keys/resealer.h"

#include "platform/keys/keyring_file.h"
#include "platform/runtime/offload.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <utility>

namespace tamarack::keys {
namespace asio = boost::asio;

namespace {

// 256 KiB of a table, some hundred rows, for one transaction.
constexpr int64_t kBlocksOfBatch = 32;
// Rows that others had locked, or a process made that had not read the ring yet.
constexpr std::chrono::minutes kPauseWhileLeft{1};
constexpr std::chrono::hours kPauseWhenDone{1};

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
      : executor(executor_),
        pool(pool_),
        ring(ring_),
        columns(MadeAnew(std::move(columns_))),
        timer(executor_) {
    for (const KeyedColumn& column : columns) {
      UnreadableRows(registry, column.sql.table);  // From the start, so that a first one is a rise.
      left.push_back(&telemetry::Gauge(registry, "keyring_rows_left",
                                       "Rows made with another version than the one in use",
                                       {{"column", column.name()}}));
    }
  }

  asio::awaitable<void> Run() {
    while (!is_stopping) {
      auto rows_left = co_await Round();
      if (!rows_left.ok()) {
        telemetry::Log(telemetry::Level::kWarning, "sealing anew failed, to be tried again",
                       {{"code", absl::StatusCodeToString(rows_left.status().code())}});
      }
      if (is_stopping) break;
      if (std::exchange(is_woken, false)) continue;
      bool is_done = rows_left.ok() && *rows_left == 0;
      timer.expires_after(is_done ? std::chrono::minutes(kPauseWhenDone) : kPauseWhileLeft);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      is_woken = false;
    }
    stopped.set_value();
  }

  Async<int64_t> Round() {
    int64_t total = 0;
    for (size_t i = 0; i < columns.size() && !is_stopping; ++i) {
      CO_ASSIGN_OR_RETURN(int64_t rows, co_await Count(i));
      if (rows > 0) {
        telemetry::Log(telemetry::Level::kInfo, "sealing anew",
                       {{"column", columns[i].name()}, {"rows", rows}});
        CO_RETURN_IF_ERROR(co_await Walk(columns[i], *left[i]));
        CO_ASSIGN_OR_RETURN(rows, co_await Count(i));
        telemetry::Log(telemetry::Level::kInfo, "sealed anew",
                       {{"column", columns[i].name()}, {"rows_left", rows}});
      }
      total += rows;
    }
    co_return total;
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

  AsyncStatus Walk(const KeyedColumn& column, prometheus::Gauge& rows_left) {
    CO_ASSIGN_OR_RETURN(auto blocks, co_await pool.Query(column.sql.blocks));
    for (int64_t block = 0; block < blocks.Int(0, 0) && !is_stopping; block += kBlocksOfBatch) {
      CO_ASSIGN_OR_RETURN(int64_t renewed, co_await Batch(column, block));
      rows_left.Decrement(static_cast<double>(renewed));
    }
    co_return absl::OkStatus();
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
    CO_ASSIGN_OR_RETURN(auto updated, co_await tx.QueryAllAndCommit(
                                          {pg::Call(column.sql.update, places, earlier, renewed)}));
    co_return updated[0].affected();
  }

  asio::any_io_executor executor;
  pg::Pool& pool;
  const crypto::Keyring& ring;
  const std::vector<KeyedColumn> columns;
  std::vector<prometheus::Gauge*> left;  // One for each column.
  asio::steady_timer timer;
  std::promise<void> stopped;
  bool is_started = false;
  bool is_woken = false;
  bool is_stopping = false;
};

Resealer::Resealer(asio::any_io_executor executor, pg::Pool& pool, const crypto::Keyring& ring,
                   std::vector<KeyedColumn> columns, prometheus::Registry& registry)
    : state_(
          std::make_shared<State>(std::move(executor), pool, ring, std::move(columns), registry)) {}

Resealer::~Resealer() = default;

void Resealer::Start() {
  state_->is_started = true;
  runtime::Spawn(state_->executor, [state = state_] { return state->Run(); });
}

void Resealer::Wake() {
  state_->is_woken = true;
  state_->timer.cancel();
}

void Resealer::Stop() {
  if (!state_->is_started) return;
  asio::post(state_->executor, [state = state_] {
    state->is_stopping = true;
    state->timer.cancel();
  });
  state_->stopped.get_future().wait();
}

Async<int64_t> Resealer::Round() {
  return state_->Round();
}

}  // namespace tamarack::keys
