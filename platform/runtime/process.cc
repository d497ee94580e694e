#include "platform/runtime/process.h"

#include "platform/base/open_files.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"

#include <absl/synchronization/mutex.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <future>
#include <memory>
#include <thread>

namespace tamarack::runtime {
Process::Process(std::chrono::milliseconds join_time) : join_time_(join_time) {
  // Debian builds Abseil with its debugging checks: at every lock it would look for cycles, and
  // gRPC locks often.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  RaiseOpenFilesLimit();
  telemetry::WriteLogAside();
}

int Process::RunUntilSignal(std::function<void()> drain) {
  std::signal(SIGPIPE, SIG_IGN);
  // Files are read again without it; who wants to be told of it has said so by now.
  struct sigaction hangup{};
  if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_DFL)
    std::signal(SIGHUP, SIG_IGN);
  telemetry::Log(telemetry::Level::kInfo, "open files", {{"limit", RaiseOpenFilesLimit()}});
  std::thread drainer;
  boost::asio::signal_set signals(io_, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int signal) {
    if (error) return;
    drainer = std::thread([&, signal] {
      telemetry::Log(telemetry::Level::kInfo, "draining", {{"signal", signal}});
      const auto start = std::chrono::steady_clock::now();
      drain();
      JoinTasks();
      telemetry::Log(telemetry::Level::kInfo, "drained",
                     {{"ms", std::chrono::steady_clock::now() - start}});
      work_.reset();
      io_.stop();
    });
  });
  io_.run();
  if (drainer.joinable()) drainer.join();
  io_.shutdown();
  return 0;
}

void Process::JoinTasks() {
  auto joined = std::make_shared<std::promise<void>>();
  boost::asio::co_spawn(io_, TaskGroup::JoinAll(executor()), [joined](std::exception_ptr error) {
    AbortOn(error);
    joined->set_value();
  });
  if (joined->get_future().wait_for(join_time_) == std::future_status::timeout)
    telemetry::Log(telemetry::Level::kWarning, "tasks cut off while draining");
}

void Process::RunUntilDone(boost::asio::awaitable<void> work) {
  auto run = [](boost::asio::any_io_executor executor,
                boost::asio::awaitable<void> body) -> boost::asio::awaitable<void> {
    co_await std::move(body);
    co_await TaskGroup::JoinAll(executor);
  };
  boost::asio::co_spawn(io_, run(executor(), std::move(work)), [this](std::exception_ptr error) {
    AbortOn(error);
    io_.stop();
  });
  io_.run();
  io_.shutdown();
}

}  // namespace tamarack::runtime
