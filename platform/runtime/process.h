#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>

namespace tamarack::runtime {

// The one Asio thread of a process, which may open as many files as the machine allows: everything
// that is not gRPC's own runs here, so nothing it touches needs a lock. CPU-heavy work (Argon2,
// RSA) goes to `Offload` instead.
class Process {
 public:
  Process();
  ~Process();
  boost::asio::any_io_executor executor() { return io_.get_executor(); }

  // Runs until SIGTERM or SIGINT, then calls `drain` off this thread while work goes on, then
  // returns 0. `drain` must not return before every call is finished.
  int RunUntilSignal(std::function<void()> drain);

  // Runs until `work` is done: for commands that serve nobody.
  void RunUntilDone(boost::asio::awaitable<void> work);

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
};

}  // namespace tamarack::runtime
