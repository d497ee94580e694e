#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>

namespace tamarack::runtime {

// The one Asio thread of a process, which may open as many files as the machine allows: everything
// that is not gRPC's own runs here, so nothing it touches needs a lock. CPU-heavy work (Argon2,
// RSA) goes to `Offload` instead.
class Process {
 public:
  // `join_time`: for what tasks have begun. A statement that waits for a lock takes no longer.
  explicit Process(std::chrono::milliseconds join_time = std::chrono::seconds(6));
  boost::asio::any_io_executor executor() { return io_.get_executor(); }

  // Runs until SIGTERM or SIGINT, then calls `drain` off this thread while work goes on, joins all
  // tasks of the loop, and returns 0. `drain` must not return before every call is finished. What
  // has not ended some seconds later is cut off: its coroutines go here, while all that they use is
  // still there.
  int RunUntilSignal(std::function<void()> drain);

  // Runs until `work` is done, and all tasks of the loop: for commands that serve nobody.
  void RunUntilDone(boost::asio::awaitable<void> work);

 private:
  // Destroys what waits, and may be destroyed itself later than what that used.
  struct IoContext : boost::asio::io_context {
    IoContext() : io_context(1) {}
    using io_context::shutdown;
  };

  void JoinTasks();

  const std::chrono::milliseconds join_time_;
  IoContext io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
};

}  // namespace tamarack::runtime
