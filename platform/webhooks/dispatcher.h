// Sends what the outbox holds: signed, in order, at least once.
#pragma once

#include "platform/base/status.h"
#include "platform/webhooks/event.h"
#include "platform/work/worker.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace tamarack::crypto {
class Sealer;
}
namespace tamarack::http {
class Client;
}
namespace tamarack::pg {
class Pool;
}

namespace tamarack::webhooks {

struct DispatcherOptions {
  std::chrono::milliseconds tick{1000};
  // How many deliveries are claimed at once, and in flight in this process and at one endpoint.
  int batch_max = 200;
  int in_flight_max = 400;
  int in_flight_per_endpoint_max = 8;
  std::chrono::milliseconds request_timeout{15'000};
  std::chrono::milliseconds lease = work::kLease;
  // Multiplies the gaps between attempts (5 s … 24 h): below 1 in sandboxes and tests.
  double retry_scale = 1.0;
  std::chrono::milliseconds stop_wait{5'000};
  // Takes `tamarack_webhook_attempts_total` and `tamarack_work_…`.
  prometheus::Registry* registry = nullptr;
  // Told of every attempt after it is recorded: metrics, status pages.
  std::function<void(const Delivery&, const Attempt&)> on_attempt;
};

// Any number may run against one database. Lives on one loop; `pool`, `client` and `sealer` must
// outlive that loop's run. While an endpoint is out of order, one delivery at a time finds out
// whether it still is, and none loses an attempt.
class Dispatcher {
 public:
  Dispatcher(boost::asio::any_io_executor executor, pg::Pool& pool, http::Client& client,
             const crypto::Sealer& sealer, DispatcherOptions options = {});
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  void Start();

  // Looks for work now: call it after a transaction that appended has committed. From any thread.
  void Wake() { worker_.Wake(); }

  // Claims no more.
  void AskToStop();
  // The same, waits a few seconds for what is in flight and records it; what is left is taken
  // up again when its lease is over. Blocks: call it off the loop, which must still run.
  void Stop();

 private:
  class Courier;
  const std::shared_ptr<Courier> courier_;
  work::Worker worker_;
};

}  // namespace tamarack::webhooks
