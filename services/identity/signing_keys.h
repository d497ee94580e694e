// The keys that sign tokens: made once, kept sealed in the database, published as JWKS.
#pragma once

#include "platform/auth/single_flight.h"
#include "platform/base/status.h"
#include "platform/crypto/key.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/runtime/offload.h"
#include "services/identity/keyring.h"

#include <memory>
#include <string>

namespace tamarack::identity {

// Two keys from day one: relying parties of OpenID Connect expect RS256, access tokens (and FAPI)
// want ES256.
struct SigningKeySet {
  crypto::Key es256;
  crypto::Key rs256;
  // Public halves, those lately retired included.
  std::string jwks;
};

// The private keys, which identity's keyring seals.
keys::KeyedColumn SigningKeyColumn(const Keyring& keyring);

// Loads the keys at first use. Replicas agree by the database's unique index on the current key of
// each algorithm.
class SigningKeys {
 public:
  SigningKeys(boost::asio::any_io_executor executor, pg::Pool& pool, runtime::OffloadPool& offload,
              const Keyring& keyring)
      : pool_(pool), offload_(offload), keyring_(keyring), loading_(std::move(executor)) {}

  // Valid as long as this object. UNAVAILABLE while the database cannot be reached.
  Async<const SigningKeySet*> Get();

 private:
  AsyncStatus Load();
  AsyncStatus Create(crypto::Algorithm algorithm);

  pg::Pool& pool_;
  runtime::OffloadPool& offload_;
  const Keyring& keyring_;
  std::unique_ptr<SigningKeySet> keys_;
  auth::SingleFlight loading_;
};

}  // namespace tamarack::identity
