#include "platform/postgres/postgres.h"

#include "platform/base/task.h"
#include "platform/postgres/dsn.h"
#include "platform/postgres/metrics.h"
#include "platform/postgres/pool_state.h"
#include "platform/telemetry/span.h"
#include "platform/telemetry/traced_executor.h"

#include <absl/strings/str_join.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace tamarack::pg {
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr Statement kPing{"pool.ping", "SELECT 1"};

std::shared_ptr<const ConnectionSettings> MakeSettings(std::map<std::string, std::string> keywords,
                                                       const PoolOptions& options) {
  auto setting = [](const char* name, milliseconds limit) {
    return absl::StrCat(" -c ", name, "=", limit.count());
  };
  absl::StrAppend(
      &keywords["options"], " -c timezone=UTC -c datestyle=ISO -c bytea_output=hex", kOurSession,
      setting("statement_timeout", options.statement_timeout),
      setting("lock_timeout", options.lock_timeout),
      setting("idle_in_transaction_session_timeout", options.idle_in_transaction_timeout));
  keywords["client_encoding"] = "UTF8";
  keywords.try_emplace("application_name", options.application_name);
  return std::make_shared<ConnectionSettings>(
      ConnectionSettings{EachServer(keywords), options.connect_timeout,
                         options.statement_timeout + milliseconds(3000)});
}

// While one lives, cancellation does not throw in this coroutine; see Lease::Execute.
template <class T>
Async<T> Shielded(Async<T> work) {
  bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  absl::StatusOr<T> result = co_await std::move(work);
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

const char* LabelOf(const std::vector<BoundStatement>& statements) {
  for (const BoundStatement& bound : statements) {
    if (!std::string_view(bound.statement.name).starts_with("transaction.")) {
      return bound.statement.name;
    }
  }
  return statements.empty() ? "none" : statements.front().statement.name;
}

// One for the round trip: statements that travel together have no times of their own. Their names
// say what they are; parameters are somebody's data.
std::vector<telemetry::Span> StatementSpans(const asio::any_io_executor& task,
                                            const std::vector<BoundStatement>& statements) {
  std::vector<telemetry::Span> spans;
  for (const telemetry::TraceContext& call : telemetry::TracesOf(task)) {
    auto names = absl::StrJoin(statements, "; ", [](std::string* out, const auto& bound) {
      absl::StrAppend(out, bound.statement.name);
    });
    spans.push_back(
        {.context = telemetry::ChildOf(call),
         .parent_span_id = call.span_id,
         .name = LabelOf(statements),
         .kind = telemetry::SpanKind::kClient,
         .attributes = {{"db.system.name", "postgresql"}, {"db.query.summary", names}}});
    if (statements.size() > 1) {
      spans.back().attributes.push_back(
          {"db.operation.batch.size", static_cast<int64_t>(statements.size())});
    }
  }
  return spans;
}

void RecordAll(std::vector<telemetry::Span> spans, const absl::Status& status) {
  for (telemetry::Span& span : spans) {
    span.is_error = !status.ok();
    if (std::string state = SqlState(status); !state.empty())
      span.attributes.push_back({"db.response.status_code", std::move(state)});
    telemetry::Record(std::move(span));
  }
}

}  // namespace

Lease::~Lease() {
  if (!connection_) return;
  LetGo();
  pool_->Release(std::move(connection_));
}

void Lease::Keep(asio::any_io_executor task) {
  if (!IsTask(task)) return;
  keeper_ = std::move(task);
  pool_->keepers_.push_back(keeper_);
}

void Lease::LetGo() {
  if (!keeper_) return;
  auto& keepers = pool_->keepers_;
  if (auto found = std::find(keepers.begin(), keepers.end(), keeper_); found != keepers.end())
    keepers.erase(found);
  keeper_ = {};
}

Async<std::vector<Rows>> Lease::Execute(std::vector<BoundStatement> statements) {
  std::vector<telemetry::Span> spans;
  if (telemetry::IsTracing())
    spans = StatementSpans(co_await asio::this_coro::executor, statements);
  auto begin = steady_clock::now();
  auto rows = co_await Shielded(connection_->Execute(statements));
  if (PoolMetrics* metrics = pool_->metrics()) {
    std::chrono::duration<double> taken = steady_clock::now() - begin;
    metrics->Observe(LabelOf(statements), taken.count());
    if (!rows.ok()) metrics->CountError(rows.status().code());
  }
  RecordAll(std::move(spans), rows.status());
  co_return rows;
}

PoolState::PoolState(asio::any_io_executor executor, const std::string& dsn, PoolOptions options)
    : executor_(executor), options_(std::move(options)), rollbacks_(std::move(executor)) {
  auto keywords = ParseDsn(dsn);
  dsn_status_ = keywords.status();
  if (!keywords.ok()) return;
  auto settings = MakeSettings(*std::move(keywords), options_);
  for (int i = 0; i < std::max(1, options_.size); ++i) {
    idle_.push_back(std::make_shared<Connection>(executor_, settings));
  }
  if (metrics()) metrics()->size.Increment(options_.size);
}

Async<Lease> PoolState::Acquire() {
  CO_RETURN_IF_ERROR(dsn_status_);
  asio::any_io_executor task = co_await asio::this_coro::executor;
  if (IsTask(task) && std::find(keepers_.begin(), keepers_.end(), task) != keepers_.end()) {
    co_return absl::InternalError(
        "postgres: a second connection is asked for within a transaction");
  }
  CO_ASSIGN_OR_RETURN(Lease lease, co_await WaitForTurn());
  bool opened = false;
  CO_RETURN_IF_ERROR(co_await lease.connection().EnsureConnected(opened));
  if (opened && metrics()) metrics()->connects.Increment();
  co_return lease;
}

Async<Lease> PoolState::WaitForTurn() {
  if (idle_.empty()) co_return co_await Queue();
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  co_return Lend(std::move(connection));
}

Async<Lease> PoolState::Queue() {
  if (static_cast<int>(waiters_.size()) >= options_.queue_max) {
    co_return absl::ResourceExhaustedError("postgres: too many callers wait for a connection");
  }
  auto waiter = std::make_shared<Waiter>(executor_);
  waiters_.push_back(waiter);
  CountWaiting();
  waiter->timer.expires_after(options_.queue_timeout);
  auto [error] = co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  // A turn that came together with a cancellation is used: what was begun is rather finished.
  if (waiter->grant) co_return *std::move(waiter->grant);
  std::erase(waiters_, waiter);
  CountWaiting();
  if (error) co_return absl::CancelledError("the caller gave up");
  co_return absl::UnavailableError("postgres: no connection became free in time");
}

Lease PoolState::Lend(std::shared_ptr<Connection> connection) {
  if (metrics()) metrics()->in_use.Increment();
  return Lease(shared_from_this(), std::move(connection));
}

void PoolState::Release(std::shared_ptr<Connection> connection) {
  if (!connection->IsIdle()) connection->Close();
  if (metrics()) metrics()->in_use.Decrement();
  if (waiters_.empty()) {
    idle_.push_back(std::move(connection));
    return;
  }
  auto waiter = std::move(waiters_.front());
  waiters_.pop_front();
  CountWaiting();
  waiter->grant.emplace(Lend(std::move(connection)));
  waiter->timer.cancel();
}

void PoolState::RollBack(Lease lease) {
  lease.LetGo();
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): Spawn keeps it.
  rollbacks_.Spawn([held = std::make_shared<Lease>(std::move(lease))]() -> asio::awaitable<void> {
    // On failure the connection is dropped.
    auto ignored = co_await held->Execute({BoundStatement(kRollback)});
  });
}

void PoolState::CountWaiting() {
  if (metrics()) metrics()->waiting.Set(static_cast<double>(waiters_.size()));
}

Pool::Pool(asio::any_io_executor executor, const std::string& dsn, PoolOptions options)
    : state_(std::make_shared<PoolState>(std::move(executor), dsn, std::move(options))) {}
Pool::~Pool() = default;

Async<Rows> Pool::RunOne(BoundStatement bound) {
  std::vector<BoundStatement> statements;
  statements.push_back(std::move(bound));
  CO_ASSIGN_OR_RETURN(auto rows, co_await QueryAll(std::move(statements)));
  co_return std::move(rows.front());
}

Async<std::vector<Rows>> Pool::QueryAll(std::vector<BoundStatement> statements) {
  auto state = state_;
  CO_ASSIGN_OR_RETURN(Lease lease, co_await Shielded(state->Acquire()));
  co_return co_await lease.Execute(std::move(statements));
}

Async<Tx> Pool::Begin(Isolation isolation) {
  auto state = state_;
  CO_ASSIGN_OR_RETURN(Lease lease, co_await Shielded(state->Acquire()));
  lease.Keep(co_await asio::this_coro::executor);
  co_return Tx(std::move(lease), isolation);
}

AsyncStatus Pool::Ping() {
  auto rows = co_await Query(kPing);
  co_return rows.status();
}

}  // namespace tamarack::pg
