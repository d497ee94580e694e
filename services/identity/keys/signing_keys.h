// The keys that sign tokens, as this process has them.
#pragma once

#include "platform/auth/single_flight.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/crypto/key.h"
#include "platform/runtime/offload.h"
#include "services/identity/keys/signing_key_repository.h"

#include <memory>
#include <string>
#include <vector>

namespace tamarack::identity {

// Two keys from day one: relying parties of OpenID Connect expect RS256, access tokens (and FAPI)
// want ES256.
struct SigningKeySet {
  // UNAVAILABLE when this process cannot open it: its keyring lags, or the row was altered.
  absl::StatusOr<crypto::Key> es256;
  absl::StatusOr<crypto::Key> rs256;
  // Public halves, those of next and of late included.
  crypto::KeySet published;
  std::string jwks;  // The same.
};
using SigningKeySetPtr = std::shared_ptr<const SigningKeySet>;

// Makes the keys that are missing and reads those that there are, in use again after a second, so
// that replicas know of a change within two. Whoever cannot read them neither signs nor
// publishes: a key may have been removed meanwhile. Of a row that cannot be opened here the public
// half is published all the same; a key once opened signs until it retires. Replicas agree by the
// database's unique indexes on the current and the next key of each algorithm. Lives on one loop
// and must outlive it.
class SigningKeys {
 public:
  SigningKeys(boost::asio::any_io_executor executor, SigningKeyRepository& repository,
              runtime::OffloadPool& offload, Clock now)
      : repository_(repository),
        offload_(offload),
        now_(std::move(now)),
        loading_(executor),
        succeeding_(executor) {}

  // UNAVAILABLE while the database cannot be reached.
  Async<SigningKeySetPtr> Get();
  // Has them read again before they are used: something about them has changed.
  void Renew() { is_stale_ = true; }

 private:
  bool IsOlderThan(std::chrono::seconds age) const { return now_() - loaded_at_ >= age; }
  AsyncStatus Load();
  AsyncStatus ReadKeys();
  absl::StatusOr<crypto::Key> Current(const SigningKeyRow& row) const;
  AsyncStatus Create(std::vector<crypto::Algorithm> algorithms, SigningKeyState state);

  SigningKeyRepository& repository_;
  runtime::OffloadPool& offload_;
  const Clock now_;
  SigningKeySetPtr keys_ = std::make_shared<const SigningKeySet>();
  TimePoint loaded_at_;
  bool is_stale_ = true;
  auth::SingleFlight loading_;
  auth::SingleFlight succeeding_;
};

}  // namespace tamarack::identity
