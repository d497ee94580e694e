// Whether who presents a token holds the key that it is bound to (RFC 9449, RFC 8705).
#pragma once

#include "platform/auth/dpop.h"
#include "platform/auth/principal.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/redis/redis.h"

#include "tamarack/api/v1/credential_service.pb.h"

#include <string>
#include <string_view>

namespace tamarack::identity {

// Proofs that have been used are remembered in Redis, shared by all replicas; without it none can
// be accepted.
class Possession {
 public:
  Possession(redis::Client& redis, Clock now) : redis_(redis), now_(std::move(now)) {}

  // Checks a DPoP proof and uses it up; the thumbprint of its key. UNAUTHENTICATED when it is no
  // good or was used before: the message is fit for the caller.
  Async<std::string> UseProof(std::string_view proof, auth::DpopExpectation expected);

  // Whether the token in `request`, bound as `bound_to` says, comes from the holder of its keys,
  // by the scheme that such tokens want. 401 invalid_token or invalid_dpop_proof otherwise.
  AsyncStatus Check(const auth::Confirmation& bound_to, const api::v1::ExchangeRequest& request);

 private:
  redis::Client& redis_;
  Clock now_;
};

}  // namespace tamarack::identity
