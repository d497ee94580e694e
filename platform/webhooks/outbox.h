// The public log of events, its endpoints and deliveries: tables `event`, `webhook_endpoint`,
// `webhook_delivery`, `webhook_attempt`.
#pragma once

#include "platform/base/status.h"
#include "platform/crypto/seal.h"
#include "platform/http/address_policy.h"
#include "platform/keys/keyed_column.h"
#include "platform/webhooks/event.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::pg {
class Pool;
class Tx;
}  // namespace tamarack::pg

namespace tamarack::webhooks {

// The secrets that the sealer opens.
keys::KeyedColumn EndpointSecretColumn(crypto::Sealer sealer);

struct CreatedEndpoint {
  Endpoint endpoint;
  // `whsec_…`, shown to the subscriber this once.
  std::string secret;
};

// Newest first; empty members do not restrict.
struct DeliveryFilter {
  std::optional<auth::Owner> owner = std::nullopt;
  std::string endpoint_id = "";
  std::string event_id = "";
  std::string subject = "";
  std::optional<DeliveryState> state = std::nullopt;
  // Continue below this delivery id; 0 begins.
  int64_t before_id = 0;
  int limit = 100;
};

// Writes and reads events and deliveries. `pool` and `sealer` must outlive it; `policy` is that of
// the Dispatcher's client (see sender.h).
class Outbox {
 public:
  Outbox(pg::Pool& pool, const crypto::Sealer& sealer, http::AddressPolicy policy = {})
      : pool_(pool), sealer_(sealer), policy_(std::move(policy)) {}

  // Appends events in the transaction of the state change, with one delivery for each enabled
  // endpoint of the event's owner that wants its type; their ids in the order given. Append all
  // events of a transaction in one call, as late in it as can be: it holds a lock on each subject
  // until commit, so that order of commit is order of delivery. Wake the Dispatcher after the
  // commit.
  Async<std::vector<std::string>> Append(pg::Tx& tx, std::span<const Event> events);
  Async<std::string> Append(pg::Tx& tx, const Event& event);

  // Registers an address with a new secret. INVALID_ARGUMENT that names the field (`url`) for an
  // address that nothing could ever be delivered to. Which events there are is the caller's
  // knowledge.
  Async<CreatedEndpoint> CreateEndpoint(pg::Tx& tx, auth::Owner owner, std::string url,
                                        std::vector<std::string> event_types);
  // Changes url, event types and enabled; only a new URL is checked, and that of an endpoint that
  // is enabled again. NOT_FOUND when there is none of that id and owner.
  Async<Endpoint> UpdateEndpoint(Endpoint endpoint);
  Async<std::vector<Endpoint>> ListEndpoints(auth::Owner owner);

  Async<std::vector<Delivery>> ListDeliveries(DeliveryFilter filter);
  // Of these events, oldest first: what became of each.
  Async<std::vector<Delivery>> DeliveriesOf(std::vector<std::string> event_ids);
  // Oldest first.
  Async<std::vector<Attempt>> ListAttempts(int64_t delivery_id);

  // Sends again, with the same webhook-id and a full set of attempts, what the filter matches and
  // is delivered or parked (at most `limit`, oldest first); how many. Wake the Dispatcher after.
  Async<int64_t> Replay(DeliveryFilter filter);

 private:
  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  const http::AddressPolicy policy_;
};

}  // namespace tamarack::webhooks
