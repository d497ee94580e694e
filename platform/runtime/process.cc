#include "platform/runtime/process.h"

#include "platform/base/open_files.h"
#include "platform/telemetry/log.h"

#include <absl/synchronization/mutex.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <thread>

namespace tamarack::runtime {

Process::Process() {
  // Debian builds Abseil with its debugging checks: at every lock it would look for cycles, and
  // gRPC locks often.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  RaiseOpenFilesLimit();
  telemetry::GatherLog([this] { boost::asio::post(io_, telemetry::FlushLog); });
}

Process::~Process() {
  telemetry::GatherLog(nullptr);
}

int Process::RunUntilSignal(std::function<void()> drain) {
  std::signal(SIGPIPE, SIG_IGN);
  telemetry::Log(telemetry::Level::kInfo, "open files", {{"limit", RaiseOpenFilesLimit()}});
  std::thread drainer;
  boost::asio::signal_set signals(io_, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    drainer = std::thread([&] {
      drain();
      work_.reset();
      io_.stop();
    });
  });
  io_.run();
  if (drainer.joinable()) drainer.join();
  telemetry::GatherLog(nullptr);  // The loop has ended: nobody would write it any more.
  return 0;
}

void Process::RunUntilDone(boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(io_, std::move(work), [this](std::exception_ptr) { io_.stop(); });
  io_.run();
  telemetry::GatherLog(nullptr);
}

}  // namespace tamarack::runtime
