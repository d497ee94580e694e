#include "platform/runtime/task_group.h"

#include "platform/base/task.h"
#include "platform/telemetry/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tamarack::runtime {
namespace asio = boost::asio;

struct TaskGroup::State {
  explicit State(const asio::any_io_executor& executor_)
      : executor(executor_), ended(executor_, asio::steady_timer::time_point::max()) {}

  void AskToEnd() {
    is_ending = true;
    for (const auto& signal : signals) signal->emit(asio::cancellation_type::terminal);
  }

  static asio::awaitable<void> Join(std::shared_ptr<State> self) {
    self->AskToEnd();
    while (self->count > 0) co_await self->ended.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  asio::any_io_executor executor;
  asio::steady_timer ended;  // Cancelled when the last is gone.
  std::atomic<size_t> count = 0;
  bool is_ending = false;
  std::list<std::shared_ptr<asio::cancellation_signal>> signals;  // Of each that has begun.
};

// One task. It goes when it has ended, or with the loop.
struct TaskGroup::Task {
  Task(std::shared_ptr<State> state_, Body body_)
      : state(std::move(state_)), body(std::move(body_)) {
    ++state->count;
  }
  // What it captured may own the group, so it no longer counts when that is let go.
  ~Task() {
    if (signal) state->signals.erase(*signal);
    const bool is_last = --state->count == 0;
    body = nullptr;
    if (is_last) state->ended.cancel();
  }
  Task(const Task&) = delete;

  std::shared_ptr<State> state;
  Body body;
  std::optional<decltype(State::signals)::iterator> signal;
};

// The groups of one loop, and the one that is the loop's own.
class TaskGroup::Groups : public asio::execution_context::service {
 public:
  using key_type = Groups;
  explicit Groups(asio::execution_context& context) : service(context) {}

  static Groups& Of(const asio::any_io_executor& executor) {
    return asio::use_service<Groups>(asio::query(executor, asio::execution::context));
  }

  std::shared_ptr<State> Add(const asio::any_io_executor& executor) {
    std::lock_guard lock(mutex_);
    return AddLocked(executor);
  }

  std::shared_ptr<State> Own(const asio::any_io_executor& executor) {
    std::lock_guard lock(mutex_);
    if (!own_) own_ = AddLocked(executor);
    return own_;
  }

  std::vector<std::shared_ptr<State>> All() {
    std::vector<std::shared_ptr<State>> all;
    std::lock_guard lock(mutex_);
    for (const auto& group : groups_)
      if (auto state = group.lock()) all.push_back(std::move(state));
    return all;
  }

 private:
  std::shared_ptr<State> AddLocked(const asio::any_io_executor& executor) {
    auto state = std::make_shared<State>(executor);
    std::erase_if(groups_, [](const auto& group) { return group.expired(); });
    groups_.push_back(state);
    return state;
  }

  void shutdown() override { own_.reset(); }

  std::mutex mutex_;  // Objects are made on other threads too.
  std::vector<std::weak_ptr<State>> groups_;
  std::shared_ptr<State> own_;
};

namespace {

asio::awaitable<void> Run(const TaskGroup::Body& body) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await body();
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor) : state_(Groups::Of(executor).Add(executor)) {}

TaskGroup::~TaskGroup() {
  const size_t count = state_->count;
  if (count == 0) return;
  std::fprintf(stderr, "a task group goes while %zu of its tasks run\n", count);
  std::abort();
}

void TaskGroup::Spawn(Body body) {
  SpawnIn(state_, std::move(body));
}

void TaskGroup::SpawnIn(const std::shared_ptr<State>& state, Body body) {
  asio::dispatch(state->executor, [task = std::make_shared<Task>(state, std::move(body))] {
    auto& signals = task->state->signals;
    auto signal = std::make_shared<asio::cancellation_signal>();
    task->signal = signals.insert(signals.end(), signal);
    asio::any_io_executor executor = TaskExecutor(task->state->executor);
    auto done = [task, executor, weak = std::weak_ptr(signal)](std::exception_ptr error) {
      AbortOn(error);
      // Asio emits on the task's executor, where that may still be waiting for its turn.
      asio::post(executor, [signal = weak.lock()] {});
    };
    asio::co_spawn(executor, Run(task->body),
                   asio::bind_cancellation_slot(signal->slot(), std::move(done)));
    // It has not ended yet: what ends at once is told so later.
    if (task->state->is_ending) signal->emit(asio::cancellation_type::terminal);
  });
}

void TaskGroup::AskToEnd() {
  asio::post(state_->executor, [state = state_] { state->AskToEnd(); });
}

asio::awaitable<void> TaskGroup::Join() {
  return State::Join(state_);
}

asio::awaitable<void> TaskGroup::JoinAll(asio::any_io_executor executor) {
  Groups& groups = Groups::Of(executor);
  for (bool is_left = true; is_left;) {
    is_left = false;
    auto all = groups.All();
    for (const auto& group : all) group->AskToEnd();
    for (const auto& group : all) {
      is_left = is_left || group->count > 0;  // Its last steps may start others.
      co_await State::Join(group);
    }
  }
}

void Spawn(asio::any_io_executor executor, TaskGroup::Body body) {
  TaskGroup::SpawnIn(TaskGroup::Groups::Of(executor).Own(executor), std::move(body));
}

asio::awaitable<bool> IsAskedToEnd() {
  auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

asio::awaitable<void> SleepFor(std::chrono::steady_clock::duration duration) {
  if (co_await IsAskedToEnd()) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void AbortOn(const std::exception_ptr& error) {
  if (!error) return;
  telemetry::FlushLog();
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "background task threw: %s\n", e.what());
  } catch (...) {
    std::fprintf(stderr, "background task threw\n");
  }
  std::abort();
}

}  // namespace tamarack::runtime
