#include "platform/auth/single_flight.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace tamarack::auth {
namespace asio = boost::asio;

struct SingleFlight::Flight {
  explicit Flight(const asio::any_io_executor& executor)
      : landed(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer landed;  // cancelled when it has
  bool is_done = false;
  absl::Status status;
};

struct SingleFlight::Shared {
  std::shared_ptr<Flight> current;
};

SingleFlight::SingleFlight(asio::any_io_executor executor)
    : executor_(std::move(executor)), shared_(std::make_shared<Shared>()) {}
SingleFlight::~SingleFlight() = default;

bool SingleFlight::is_running() const {
  return shared_->current != nullptr;
}

void SingleFlight::Start(std::function<AsyncStatus()> step) {
  if (shared_->current) return;
  auto flight = std::make_shared<Flight>(executor_);
  shared_->current = flight;
  // The coroutine owns the function, which owns what it captured.
  auto body = [](std::function<AsyncStatus()> run) -> AsyncStatus { co_return co_await run(); };
  asio::co_spawn(executor_, body(std::move(step)),
                 [flight, shared = shared_](std::exception_ptr error, absl::Status status) {
                   flight->status = error ? absl::InternalError("step failed") : status;
                   flight->is_done = true;
                   shared->current = nullptr;
                   flight->landed.cancel();
                 });
}

AsyncStatus SingleFlight::Run(std::function<AsyncStatus()> step) {
  Start(std::move(step));
  std::shared_ptr<Flight> flight = shared_->current;
  while (!flight->is_done) {
    co_await flight->landed.async_wait(asio::as_tuple(asio::use_awaitable));
    auto state = co_await asio::this_coro::cancellation_state;
    if (!flight->is_done && state.cancelled() != asio::cancellation_type::none) {
      co_return absl::CancelledError("caller gave up");
    }
  }
  co_return flight->status;
}

}  // namespace tamarack::auth
