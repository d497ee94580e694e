// Whether who presents a token holds the key that it is bound to (RFC 9449, RFC 8705).
#pragma once

#include "platform/auth/dpop.h"
#include "platform/auth/principal.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/redis/redis.h"
#include "platform/runtime/offload_lane.h"

#include "tamarack/api/v1/credential_service.pb.h"

#include <string>
#include <string_view>

namespace tamarack::identity {

// Proofs that have been used are remembered in Redis, shared by all replicas; without it none can
// be accepted. Their signatures are checked off the loop, by keys of their senders' own choice.
class Possession {
 public:
  // `pool` is for proofs alone: they must not wait for passwords. What waits there at most takes
  // it some tens of milliseconds.
  Possession(redis::Client& redis, runtime::OffloadPool& pool, Clock now)
      : redis_(redis), lane_(pool, 200, "too many proofs at once"), now_(std::move(now)) {}

  // Checks a DPoP proof and uses it up; the thumbprint of its key. UNAUTHENTICATED when it is no
  // good or was used before: the message is fit for the caller. RESOURCE_EXHAUSTED when too many
  // are being checked.
  Async<std::string> UseProof(std::string_view proof, auth::DpopExpectation expected);

  // Whether the token in `request`, bound as `bound_to` says, comes from the holder of its keys,
  // by the scheme that such tokens want. 401 invalid_token or invalid_dpop_proof otherwise.
  AsyncStatus Check(const auth::Confirmation& bound_to, const api::v1::ExchangeRequest& request);

 private:
  redis::Client& redis_;
  runtime::OffloadLane lane_;
  Clock now_;
};

}  // namespace tamarack::identity
