#pragma once

#include "platform/auth/owner.h"
#include "platform/crypto/seal.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/outbox.h"
#include "platform/work/claims.h"

#include "tamarack/tellusonce/v1/subscription_service.pb.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::tellusonce {

// Who is to be told of a change.
struct Recipient {
  std::string subscription_id;
  std::string ministry_subject;  // empty: there is no such ministry, and no event
  std::string purpose;           // in the words that the person agreed to
};

struct NewChange {
  // The person, as the platform knows them, and their mode.
  auth::Owner person;
  std::string request_id;
  v1::Address address;
  std::vector<Recipient> recipients;
};

// What became of a change at one ministry, for the person.
struct Told {
  std::string subscription_id;
  std::string name_en, name_fr;
  std::string state;  // as Delivery.state
  int64_t delivered_micros = 0;
  int64_t acknowledged_micros = 0;
  std::string case_reference;
  bool has_failed = false;  // a try did
};

struct Change {
  std::string id;
  v1::Address address;
  int64_t recorded_micros = 0;
  std::vector<Told> told;
};

// A person whose newest address identity's directory is to be told.
struct Untold {
  work::Claim claim;     // of the person's subject
  int64_t sequence = 0;  // of the newest change
  absl::StatusOr<v1::Address> address;
  int attempts = 0;  // with this one
};

// People's own keys, which the sealer opens.
keys::KeyedColumn PersonKeyColumn(crypto::Sealer sealer);

// Tables `person_key`, `change` and `delivery`, and the events that announce deliveries. With
// delivery_repository, the only file pair that holds SQL about them.
class ChangeRepository {
 public:
  ChangeRepository(pg::Pool& pool, const crypto::Sealer& sealer, webhooks::Outbox& outbox)
      : pool_(pool), sealer_(sealer), outbox_(outbox) {}

  // Records a change, the person's consents and the events in one transaction; its id. The same
  // request again gives the same id and changes nothing.
  Async<std::string> Record(const NewChange& change);

  // The newest address a person told; nullopt when there is none.
  Async<std::optional<v1::Address>> FindAddress(std::string_view subject);
  // NOT_FOUND when the person has no such change.
  Async<Change> Find(std::string_view subject, std::string_view change_id);

  // People to carry to the directory; each is one process's at a time, so that no address is
  // carried after a newer one.
  Async<std::vector<Untold>> ClaimUntold(int limit, std::chrono::milliseconds lease);
  work::Queue untold() const;
  // The directory knows the person's changes up to this one. What came meanwhile is due.
  AsyncStatus MarkTold(const Untold& person);

 private:
  Async<crypto::Sealer> PersonSealer(pg::Tx& tx, std::string_view subject);
  absl::StatusOr<v1::Address> OpenAddress(std::string_view subject, std::string_view sealed_key,
                                          std::string_view sealed_value) const;
  absl::StatusOr<crypto::Sealer> OpenKey(std::string_view subject,
                                         std::string_view sealed_key) const;

  friend class DeliveryRepository;
  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  webhooks::Outbox& outbox_;
};

}  // namespace tamarack::tellusonce
