#pragma once

#include "platform/work/sweeper.h"
#include "platform/work/worker.h"
#include "services/payments/move_repository.h"
#include "services/payments/payment_metrics.h"
#include "services/payments/payment_moves.h"
#include "services/payments/processors/processor.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace tamarack::payments {

struct BackgroundOptions {
  std::chrono::milliseconds tick{1000};
  std::chrono::milliseconds lease = work::kLease;
  int in_flight_max = 16;  // of each queue
  // Unfinished payments expire at this age.
  std::chrono::seconds expire_after{90 * 60};
  // First gap between tries of a capture or release; it doubles up to an hour.
  std::chrono::milliseconds retry{2'000};
  // Gap between questions for an outcome that stays unknown.
  std::chrono::milliseconds recheck{30'000};
};

// What happens to payments without anybody asking: captures and releases, outcomes that were lost
// and must be found out, expiry. Any number of processes may run it on one database. While the
// processor is out of order, one job at a time finds out whether it still is.
class Workers {
 public:
  Workers(boost::asio::any_io_executor executor, MoveRepository& repository, PaymentMoves& moves,
          Processor& processor, PaymentMetrics& metrics, BackgroundOptions options = {});
  ~Workers();

  void Start();
  // Looks for work now. From any thread.
  void Wake() { jobs_.Wake(); }
  // Claims no more.
  void AskToStop();
  // The same, and waits for what is in flight. Blocks: call it off the loop, which must still
  // run.
  void Stop();

 private:
  class Clerk;
  const std::unique_ptr<Clerk> clerk_;
  work::Worker jobs_;
  work::Worker recoveries_;
  work::Sweeper expiry_;
};

}  // namespace tamarack::payments
