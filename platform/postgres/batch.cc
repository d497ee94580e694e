#include "platform/postgres/batch.h"

#include "platform/base/task.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/span.h"
#include "platform/telemetry/traced_executor.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace tamarack::pg {
namespace asio = boost::asio;

namespace {

AsyncStatus Unthrown(AsyncStatus write) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await std::move(write);
}

}  // namespace

AsyncStatus BatchQueue::Wait(std::shared_ptr<Entry> entry) {
  if (static_cast<int>(queue_.size()) >= options_.queue_max) {
    co_return absl::ResourceExhaustedError("batch: too many rows wait");
  }
  // It waits on its task's executor, which says for which trace.
  if (telemetry::IsTracing()) entry->done = asio::steady_timer(co_await asio::this_coro::executor);
  queue_.push_back(entry);
  StartOne();
  if (!entry->is_done) {
    entry->done.expires_at(asio::steady_timer::time_point::max());
    co_await entry->done.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  // A caller that gives up takes its row along, unless that is being written already.
  if (!entry->is_done) {
    std::erase(queue_, entry);
    co_return absl::CancelledError("the caller gave up");
  }
  co_return entry->status;
}

void BatchQueue::StartOne() {
  if (in_flight_ >= options_.in_flight_max) return;
  ++in_flight_;
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): Spawn keeps it.
  tasks_.Spawn([self = shared_from_this()]() -> asio::awaitable<void> {
    co_await self->RunBatches();
    --self->in_flight_;
  });
}

asio::awaitable<void> BatchQueue::RunBatches() {
  while (!queue_.empty()) {
    auto count = std::min(queue_.size(), static_cast<size_t>(std::max(1, options_.rows_max)));
    auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<std::shared_ptr<Entry>> batch(std::make_move_iterator(queue_.begin()),
                                              std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    co_await Settle(batch, false);
  }
}

asio::awaitable<void> BatchQueue::Settle(Entries entries, bool is_retry) {
  absl::Status status;
  bool has_thrown = false;
  // The writer works for calls, and as with a handler that throws, those who wait are told. What
  // it had of their rows is gone.
  try {
    std::vector<telemetry::TraceContext> traces;
    for (size_t i = 0; telemetry::IsTracing() && i < entries.size(); ++i) {
      auto own = telemetry::TracesOf(entries[i]->done.get_executor());
      traces.insert(traces.end(), own.begin(), own.end());
    }
    if (traces.empty()) {
      status = co_await Write(entries);
    } else {
      auto executor = TaskExecutor(telemetry::WithTraces(executor_, std::move(traces)));
      status = co_await asio::co_spawn(executor, Unthrown(Write(entries)), asio::use_awaitable);
    }
    health_ = absl::OkStatus();
  } catch (const std::exception& error) {
    has_thrown = true;
    status = health_ = absl::InternalError(absl::StrCat("batch: the writer threw: ", error.what()));
    telemetry::Log(telemetry::Level::kError, "a batch's writer threw", {{"error", error.what()}});
  }
  if (status.code() == absl::StatusCode::kAborted && !is_retry) {
    co_return co_await Settle(entries, true);
  }
  bool is_lasting = !status.ok() && !IsTransient(status) && !has_thrown;
  if (is_lasting && entries.size() > 1) {
    co_await Settle(entries.first(entries.size() / 2), false);
    co_return co_await Settle(entries.subspan(entries.size() / 2), false);
  }
  for (const auto& entry : entries) {
    entry->status = status;
    entry->is_done = true;
    entry->done.cancel();
  }
}

}  // namespace tamarack::pg
