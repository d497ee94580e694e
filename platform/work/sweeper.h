// What is done by the clock rather than for a row: retention, expiry. In batches, beside the
// queues.
#pragma once

#include "platform/base/status.h"
#include "platform/work/background_task.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
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

// Sweeps when it starts, then every so often. Lives on one loop.
class Sweeper : public Background {
 public:
  Sweeper(boost::asio::any_io_executor executor, Sweep sweep);

 private:
  class State;
};

}  // namespace tamarack::work
