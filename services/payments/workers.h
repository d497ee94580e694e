#pragma once

#include "services/payments/payment_metrics.h"
#include "services/payments/payment_moves.h"
#include "services/payments/processor_queue.h"
#include "services/payments/processors/processor.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace tamarack::payments {

struct WorkerOptions {
  std::chrono::milliseconds tick{1000};
  // A claim lasts this long; longer than any call to the processor.
  std::chrono::milliseconds lease{30'000};
  int in_flight_max = 16;
  // Unfinished payments expire at this age.
  std::chrono::seconds expire_after{90 * 60};
  // First gap between tries of a capture or release; it doubles up to an hour.
  std::chrono::milliseconds retry{2'000};
};

// What happens to payments without anybody asking: captures and releases, outcomes that were lost
// and must be found out, expiry. Any number of processes may run it on one database.
class Workers {
 public:
  Workers(boost::asio::any_io_executor executor, ProcessorQueue& queue, PaymentMoves& moves,
          Processor& processor, PaymentMetrics& metrics, WorkerOptions options = {});
  ~Workers();

  void Start();
  // Looks for work now. From any thread.
  void Wake();
  // Claims no more and waits for what is in flight. Blocks: call it off the loop, which must still
  // run.
  void Stop();

  // Finds out what became of one attempt and records it: asked, or, when the processor never heard
  // of it, forbidden.
  AsyncStatus Recover(std::string attempt_id);

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;
};

}  // namespace tamarack::payments
