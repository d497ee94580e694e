#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tamarack::testing {

// An io_context that runs on the test's own thread, while the test waits: Catch's assertions are
// not thread safe, so what a test checks is computed here and compared outside.
class Loop {
 public:
  boost::asio::any_io_executor executor() { return io_.get_executor(); }
  boost::asio::io_context& io() { return io_; }

  // Runs the loop until the coroutine is done; returns its result, or throws what it threw.
  template <class T>
  T Await(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(io_, std::move(work), [&](std::exception_ptr error, T value) {
      thrown = error;
      result.emplace(std::move(value));
    });
    RunUntil([&] { return result.has_value(); });
    if (thrown) std::rethrow_exception(thrown);
    return *std::move(result);
  }

  // Runs handlers until the condition holds; throws after 20 s without it.
  void RunUntil(const std::function<bool()>& condition) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      io_.run_one_for(std::chrono::milliseconds(50));
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited for 20 s");
    }
  }

  // The same for a condition that costs something, such as a query: asks every 20 ms, not after
  // every handler.
  void RunUntilSeldom(const std::function<bool()>& condition) {
    auto next = std::chrono::steady_clock::now();
    RunUntil([&] {
      if (std::chrono::steady_clock::now() < next) return false;
      next = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
      return condition();
    });
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
};

}  // namespace tamarack::testing
