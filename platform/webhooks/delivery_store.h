// What the Dispatcher reads and writes in the database.
#pragma once

#include "platform/base/status.h"
#include "platform/webhooks/cloud_event.h"
#include "platform/webhooks/event.h"
#include "platform/webhooks/retry.h"

#include <absl/time/time.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tamarack::pg {
class Pool;
}

namespace tamarack::webhooks {

// A delivery that this process may send until its lease is over.
struct ClaimedDelivery {
  int64_t id = 0;
  std::string claim;
  std::string endpoint_id;
  std::string url;
  std::string sealed_secret;
  int attempts = 0;  // made before this one
  absl::Time created_at;
  StoredEvent event;
};

// What became of it.
struct FinishedAttempt {
  ClaimedDelivery delivery;
  Attempt attempt;
  Verdict verdict;
};

class DeliveryStore {
 public:
  explicit DeliveryStore(pg::Pool& pool) : pool_(pool) {}

  struct ClaimLimits {
    int batch_max;
    int per_endpoint_max;
    std::chrono::milliseconds lease;
  };

  // Claims due heads of lanes, of each enabled endpoint no more than are left of its limit.
  Async<std::vector<ClaimedDelivery>> Claim(const ClaimLimits& limits,
                                            const std::map<std::string, int>& in_flight);

  // Records attempts, frees the lanes of those finished, pauses and disables endpoints; all or
  // nothing. `attempts` must outlive the call. Those whose claim another dispatcher has taken since
  // are passed over.
  AsyncStatus Finish(const std::vector<FinishedAttempt>& attempts);

  // Parks up to 1000 deliveries whose endpoints are disabled; how many.
  Async<int64_t> ParkDisabled();

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::webhooks
