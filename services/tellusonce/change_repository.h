#pragma once

#include "platform/auth/owner.h"
#include "platform/crypto/seal.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/outbox.h"

#include "tamarack/tellusonce/v1/subscription_service.pb.h"

#include <functional>
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

// Takes a person's new address elsewhere.
using Carry = std::function<AsyncStatus(const std::string& subject, const v1::Address& address)>;

// What became of one carrying; `sequence` is where to go on.
struct Carried {
  int64_t sequence = 0;
  absl::Status status;
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

  // Takes the oldest change after `after` that identity's directory does not know, and carries its
  // person's newest address; when that succeeds, all of the person's changes up to it count as
  // known. nullopt when there is none to carry. Any number of processes may do so: no address is
  // carried after a newer one.
  Async<std::optional<Carried>> CarryNext(int64_t after, const Carry& carry);

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
