#include "platform/work/background_task.h"

#include "platform/runtime/offload.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tamarack::work {
namespace asio = boost::asio;

void BackgroundTask::Start() {
  is_started_ = true;
  runtime::Spawn(executor_, [self = shared_from_this()] { return self->Run(); });
}

void BackgroundTask::Wake() {
  asio::post(executor_, [self = shared_from_this()] { self->Rouse(); });
}

void BackgroundTask::AskToStop() {
  std::call_once(is_asked_, [this] {
    stop_until_ = std::chrono::steady_clock::now() + stop_wait_;
    asio::post(executor_, [self = shared_from_this()] {
      self->is_stopping_ = true;
      self->Rouse();
    });
  });
}

void BackgroundTask::Stop() {
  if (!is_started_) return;
  AskToStop();
  if (end_.wait_until(stop_until_) != std::future_status::ready) OnAbandoned();
}

void BackgroundTask::Begin(std::function<asio::awaitable<void>()> body) {
  ++running_;
  runtime::Spawn(
      executor_,
      // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): Spawn keeps it.
      [self = shared_from_this(), body = std::move(body)]() -> asio::awaitable<void> {
        co_await body();
        --self->running_;
        self->Rouse();
      });
}

asio::awaitable<void> BackgroundTask::Run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!is_stopping_ || running_ > 0) {
    is_woken_ = false;
    Next next = co_await Turn();
    if (next != Next::kAgain) co_await Pause(next == Next::kRest);
  }
  ended_.set_value();
}

asio::awaitable<void> BackgroundTask::Pause(bool is_rest) {
  auto is_over = [&] { return (is_stopping_ && running_ == 0) || (is_woken_ && !is_rest); };
  alarm_.expires_after(Patience());
  while (!is_over() && std::chrono::steady_clock::now() < alarm_.expiry()) {
    co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void BackgroundTask::Rouse() {
  is_woken_ = true;
  alarm_.cancel();
}

}  // namespace tamarack::work
