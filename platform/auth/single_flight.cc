#include "platform/auth/single_flight.h"

#include "platform/runtime/task_group.h"

#include <boost/asio/as_tuple.hpp>
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
  explicit Shared(const asio::any_io_executor& executor) : tasks(executor) {}
  std::shared_ptr<Flight> current;
  runtime::TaskGroup tasks;
};

SingleFlight::SingleFlight(asio::any_io_executor executor)
    : executor_(std::move(executor)), shared_(std::make_shared<Shared>(executor_)) {}
SingleFlight::~SingleFlight() = default;

bool SingleFlight::is_running() const {
  return shared_->current != nullptr;
}

std::shared_ptr<SingleFlight::Flight> SingleFlight::Join(std::function<AsyncStatus()> step) {
  if (shared_->current) return shared_->current;
  auto flight = std::make_shared<Flight>(executor_);
  shared_->current = flight;
  shared_->tasks.Spawn(
      // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): Spawn keeps it.
      [flight, shared = shared_, step = std::move(step)]() -> asio::awaitable<void> {
        try {
          flight->status = co_await step();
        } catch (const std::exception&) {  // A library's; those who wait are told.
          flight->status = absl::InternalError("step failed");
        }
        flight->is_done = true;
        shared->current = nullptr;
        flight->landed.cancel();
      });
  return flight;
}

void SingleFlight::Start(std::function<AsyncStatus()> step) {
  Join(std::move(step));
}

AsyncStatus SingleFlight::Run(std::function<AsyncStatus()> step) {
  std::shared_ptr<Flight> flight = Join(std::move(step));
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
