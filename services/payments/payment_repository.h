#pragma once

#include "platform/auth/owner.h"
#include "platform/crypto/seal.h"
#include "platform/idempotency/batch.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/batch.h"
#include "platform/postgres/postgres.h"
#include "platform/work/sweeper.h"
#include "services/payments/payment.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::payments {

struct NewPayment {
  Payment payment;
  idempotency::KeyRow key;
};

// Where in a list a payment stands.
struct Place {
  TimePoint created_at;
  std::string payment_id;
};

struct PaymentFilter {
  auth::Owner owner;
  std::string reference = "";
  std::vector<int> statuses = {};  // empty: all
  std::optional<TimePoint> from = std::nullopt;
  std::optional<TimePoint> to = std::nullopt;
  std::optional<Place> after = std::nullopt;  // the page begins behind it; else:
  int64_t skip = 0;                           // behind so many, which are gone through
  int64_t limit = 500;
};

struct PaymentPage {
  int64_t total = 0;  // 10,000 at most; not counted behind a place
  bool has_more = false;
  std::vector<Payment> payments;
};

// Who pays, as SealPayer seals it.
keys::KeyedColumn PayerColumn(crypto::Sealer sealer);

// Payments as they are made and read; what changes them is payment_moves.h. `pool` and `sealer`
// must outlive it. A payer that cannot be read is reported, and empty.
class PaymentRepository {
 public:
  PaymentRepository(boost::asio::any_io_executor executor, pg::Pool& pool,
                    const crypto::Sealer& sealer);

  // Writes payment, first event and idempotency key in one transaction, together with those of
  // other callers. False when the key was used before: nothing is written then.
  Async<bool> Create(NewPayment new_payment);
  // Of what writes them.
  const absl::Status& writer_health() const { return creations_.health(); }

  // NOT_FOUND when the owner has none of that id.
  Async<Payment> Find(const auth::Owner& owner, std::string_view payment_id);
  // Whosever it is: for the payer, who holds the payment's link.
  Async<Payment> FindForPayer(std::string_view payment_id);
  Async<std::vector<PaymentEvent>> ListEvents(const Payment& payment);
  Async<PaymentPage> List(const PaymentFilter& filter);

  // Marks a single-use link as used: false when it was already, more than ten seconds ago.
  Async<bool> UseLink(std::string_view nonce, std::string_view payment_id);
  // Deletes those that are used and over.
  work::Sweep ForgettingLinks();

 private:
  Payment Decode(const pg::Rows& rows, int row) const;

  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  pg::Batcher<NewPayment, bool> creations_;
};

}  // namespace tamarack::payments
