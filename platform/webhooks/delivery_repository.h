// What the Dispatcher reads and writes in the database.
#pragma once

#include "platform/base/status.h"
#include "platform/webhooks/cloud_event.h"
#include "platform/webhooks/event.h"
#include "platform/webhooks/retry.h"
#include "platform/work/worker.h"

#include <absl/time/time.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tamarack::pg {
class Pool;
}

namespace tamarack::webhooks {

// A delivery that this process may send while it holds the claim.
struct ClaimedDelivery {
  int64_t id = 0;
  std::string claim_token;
  std::string endpoint_id;
  std::string url;
  std::string sealed_secret;
  bool is_endpoint_failing = false;  // as it is stored
  int attempts = 0;                  // made before this one
  absl::Time created_at;
  StoredEvent event;
  std::string origin;  // `traceparent` of the call that made the event; empty when not recorded.

  work::Claim claim() const { return {std::to_string(id), claim_token}; }
};

// What became of it.
struct FinishedAttempt {
  ClaimedDelivery delivery;
  Attempt attempt;
  Verdict verdict;
};

class DeliveryRepository {
 public:
  explicit DeliveryRepository(pg::Pool& pool) : pool_(pool) {}

  // Claims due heads of lanes, of each enabled endpoint no more than there is room for.
  Async<std::vector<ClaimedDelivery>> Claim(const work::Room& room);
  work::Queue queue() const;

  // Records attempts, frees the lanes of those finished, pauses and disables endpoints, and notes
  // which are out of order; all or nothing. `attempts` must outlive the call. Those whose claim
  // another dispatcher has taken since are passed over.
  AsyncStatus Finish(std::span<const FinishedAttempt> attempts);

  // How many of the newest events lack a delivery that an endpoint should have: none, ever, unless
  // an endpoint was enabled anew by hand.
  Async<int64_t> CountWithoutDelivery();

  // Parks up to `limit` deliveries whose endpoints are disabled, or have been out of order for
  // `patience`, as long as which the delivery must have waited; how many.
  Async<int64_t> ParkLost(absl::Duration patience, int limit);

  // Deletes up to `limit` deliveries that were taken more than `days` ago, with their attempts,
  // then looks at up to `limit` events that are as old, from the one behind `after` on, and deletes
  // those without a delivery: what waits or is parked stays. Sets `after` to go on there, and says
  // how many it had to do with.
  Async<int64_t> Forget(int days, int limit, int64_t& after);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::webhooks
