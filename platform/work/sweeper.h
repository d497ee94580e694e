// What is done by the clock rather than for a row: retention, expiry. In batches, beside the
// queues.
#pragma once

#include "platform/base/status.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tamarack::work {

struct Sweep {
  std::string name;  // the log's
  std::chrono::milliseconds every{0};
  // Does at most `batch_max` and says how many it did: as long as it does all of them, the next
  // batch follows after `pause`.
  std::function<Async<int64_t>(int batch_max)> batch;
  int batch_max = 1000;
  std::chrono::milliseconds pause{100};
};

// Sweeps when it starts, then every so often. Lives on one loop, which must still run while it
// stops.
class Sweeper {
 public:
  Sweeper(boost::asio::any_io_executor executor, Sweep sweep);
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // Each from any thread.
  void Start();
  void Wake();
  void AskToStop();
  // Waits for the batch under way. Blocks: call it off the loop.
  void Stop();
  // On the loop: for batches that take long, so that they end early.
  bool is_stopping() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::work
