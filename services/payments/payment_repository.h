#pragma once

#include "platform/crypto/seal.h"
#include "platform/postgres/batch.h"
#include "platform/postgres/postgres.h"
#include "services/payments/payment.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::payments {

struct NewPayment {
  Payment payment;
  std::string idempotency_key;  // may be empty
  std::string request_hash;
};

struct PaymentFilter {
  std::string service_id;
  std::string reference;
  std::vector<int> statuses;  // empty: all
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
  int64_t offset = 0;
  int64_t limit = 500;
};

struct PaymentPage {
  int64_t total = 0;
  std::vector<Payment> payments;
};

// Payments as they are made and read; what changes them is payment_moves.h. `pool` and `sealer`
// must outlive it.
class PaymentRepository {
 public:
  PaymentRepository(boost::asio::any_io_executor executor, pg::Pool& pool,
                    const crypto::Sealer& sealer);

  // Writes payment, first event and idempotency key in one transaction, together with those of
  // other callers (D6). False when the key was used before: nothing is written then.
  Async<bool> Create(NewPayment new_payment);

  struct Earlier {
    std::string payment_id;
    std::string request_hash;
  };
  // What an idempotency key made. NOT_FOUND when nothing.
  Async<Earlier> FindByKey(std::string_view service_id, bool is_live, std::string_view key);

  // NOT_FOUND when there is none of that id; an empty `service_id` means whoever's.
  Async<Payment> Find(std::string_view payment_id, std::string_view service_id = {});
  Async<std::vector<PaymentEvent>> ListEvents(std::string_view payment_id);
  Async<PaymentPage> List(const PaymentFilter& filter);

  // Marks a single-use link as used: false when it was already, more than ten seconds ago.
  Async<bool> UseLink(std::string_view nonce, std::string_view payment_id);

 private:
  absl::StatusOr<Payment> Decode(const pg::Rows& rows, int row) const;

  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  pg::Batcher<NewPayment, bool> creations_;
};

}  // namespace tamarack::payments
