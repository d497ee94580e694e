#include "services/payments/payment_repository.h"

#include "platform/idempotency/once.h"
#include "services/payments/payer_seal.h"

#include <set>
#include <utility>

namespace tamarack::payments {
namespace {

// One statement for all rows. A key that exists already makes no payment; ordered by key, so that
// two batches with the same keys wait for each other instead of deadlocking. Keys refer to payments
// by a deferred constraint.
constexpr pg::Statement kInsertMany{"payment.insert", R"sql(
  WITH input AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::bigint[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::jsonb[], $11::text[], $12::timestamptz[], $13::text[], $14::text[],
                         $15::text[])
      AS i (payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url, language,
            metadata, payer_sealed, created_at, key, request_hash, key_owner)
  ), keys AS (
    INSERT INTO payment_idempotency (service_id, key, request_hash, payment_id, created_at)
    SELECT key_owner, key, request_hash, payment_id, created_at FROM input
    WHERE key <> '' AND NOT EXISTS (
      SELECT FROM payment_idempotency i WHERE i.service_id = input.service_id AND i.key = input.key)
    ORDER BY key_owner, key
    ON CONFLICT (service_id, key) DO NOTHING
    RETURNING payment_id
  ), made AS (
    INSERT INTO payment (payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url,
                         language, metadata, payer_sealed, status, created_at, updated_at)
    SELECT payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url, language,
           metadata, nullif(payer_sealed, ''), 1, created_at, created_at
    FROM input WHERE key = '' OR payment_id IN (SELECT payment_id FROM keys)
    RETURNING payment_id, created_at
  ), events AS (
    INSERT INTO payment_event (payment_id, version, status, created_at) SELECT payment_id, 1, 1, created_at FROM made
  )
  SELECT payment_id FROM made)sql"};

constexpr pg::Statement kFindKey{"payment_idempotency.find", R"sql(
  SELECT payment_id, request_hash FROM payment_idempotency
  WHERE service_id IN ($1, $2) AND key = $3 ORDER BY service_id = $1 DESC LIMIT 1)sql"};

#define PAYMENT_COLUMNS                                                                      \
  "p.payment_id, p.service_id, p.ministry_id, p.is_live, p.amount_cents, p.currency, "       \
  "p.reference, p.description, "                                                             \
  "p.return_url, p.language, p.metadata, p.payer_sealed, p.status, p.created_at, "           \
  "p.capture_approved_at, "                                                                  \
  "p.captured_at, a.attempt_id, a.number, a.status, a.reason, a.provider_id, a.card_brand, " \
  "a.card_type, "                                                                            \
  "a.last_digits, a.first_digits, a.expiry_date"
#define NEWEST_ATTEMPT                                                                       \
  " LEFT JOIN LATERAL (SELECT * FROM authorisation_attempt WHERE payment_id = p.payment_id " \
  "ORDER BY number DESC LIMIT 1) a ON true "

constexpr pg::Statement kFind{"payment.find",
                              "SELECT " PAYMENT_COLUMNS " FROM payment p" NEWEST_ATTEMPT
                              "WHERE p.payment_id = $1 AND ($2 = '' OR p.service_id = $2)"};

constexpr pg::Statement kEvents{"payment_event.list", R"sql(
  SELECT status, created_at FROM payment_event WHERE payment_id = $1 ORDER BY version)sql"};

#define FILTER                                                                           \
  "WHERE p.service_id = $1 AND ($2 = '' OR lower(p.reference) = lower($2)) "             \
  "AND (cardinality($3::smallint[]) = 0 OR p.status = ANY($3)) "                         \
  "AND ($4::timestamptz IS NULL OR p.created_at >= $4) AND ($5::timestamptz IS NULL OR " \
  "p.created_at < $5)"

constexpr pg::Statement kCount{"payment.count", "SELECT count(*) FROM payment p " FILTER};
constexpr pg::Statement kList{
    "payment.list",
    "SELECT " PAYMENT_COLUMNS " FROM (SELECT * FROM payment p " FILTER
    " ORDER BY p.created_at DESC, p.payment_id DESC OFFSET $6 LIMIT $7) p" NEWEST_ATTEMPT
    "ORDER BY p.created_at DESC, p.payment_id DESC"};

// A double click asks twice, and the browser drops the first answer with its cookie.
constexpr pg::Statement kUseLink{"used_link.insert", R"sql(
  INSERT INTO used_link AS u (nonce, payment_id) VALUES ($1, $2)
  ON CONFLICT (nonce) DO UPDATE SET used_at = u.used_at WHERE u.used_at > now() - interval '10 seconds')sql"};

std::optional<TimePoint> OptionalTime(const pg::Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return FromUnixMicros(rows.TimeMicros(row, column));
}

std::string KeyOwner(std::string_view service_id, bool is_live) {
  return idempotency::KeyOwner(service_id, is_live ? "live" : "sandbox");
}

// One vector per column, as unnest takes them.
struct Columns {
  std::vector<std::string> id, service, key_owner, ministry, reference, description, return_url,
      language, metadata, payer, key, hash;
  std::vector<bool> is_live;
  std::vector<int64_t> amount;
  std::vector<TimePoint> created_at;

  void Add(const NewPayment& row, const crypto::Sealer& sealer) {
    const Payment& payment = row.payment;
    id.push_back(payment.id);
    service.push_back(payment.service_id);
    key_owner.push_back(KeyOwner(payment.service_id, payment.is_live));
    ministry.push_back(payment.ministry_id);
    is_live.push_back(payment.is_live);
    amount.push_back(payment.amount_cents);
    reference.push_back(payment.reference);
    description.push_back(payment.description);
    return_url.push_back(payment.return_url);
    language.push_back(payment.language);
    metadata.push_back(payment.metadata);
    payer.push_back(SealPayer(sealer, payment.id, payment.payer));
    created_at.push_back(payment.created_at);
    key.push_back(row.idempotency_key);
    hash.push_back(row.request_hash);
  }
};

using Results = std::vector<absl::StatusOr<bool>>;

Async<Results> InsertAll(pg::Pool& pool, std::span<const NewPayment> rows,
                         const crypto::Sealer& sealer) {
  Columns all;
  for (const auto& row : rows) all.Add(row, sealer);
  CO_ASSIGN_OR_RETURN(
      auto made, co_await pool.Query(kInsertMany, all.id, all.service, all.ministry, all.is_live,
                                     all.amount, all.reference, all.description, all.return_url,
                                     all.language, all.metadata, all.payer, all.created_at, all.key,
                                     all.hash, all.key_owner));
  std::set<std::string_view> ids;
  for (int i = 0; i < made.size(); ++i) ids.insert(made.Text(i, 0));
  Results results;
  for (const auto& row : rows) results.emplace_back(ids.contains(row.payment.id));
  co_return results;
}

}  // namespace

PaymentRepository::PaymentRepository(boost::asio::any_io_executor executor, pg::Pool& pool,
                                     const crypto::Sealer& sealer)
    : pool_(pool),
      sealer_(sealer),
      creations_(std::move(executor), pool,
                 [&sealer](pg::Pool& batch_pool, std::span<const NewPayment> rows) {
                   return InsertAll(batch_pool, rows, sealer);
                 }) {}

Async<bool> PaymentRepository::Create(NewPayment new_payment) {
  co_return co_await creations_.Add(std::move(new_payment));
}

Async<PaymentRepository::Earlier> PaymentRepository::FindByKey(std::string_view service_id,
                                                               bool is_live, std::string_view key) {
  CO_ASSIGN_OR_RETURN(
      auto rows, co_await pool_.Query(kFindKey, KeyOwner(service_id, is_live), service_id, key));
  if (rows.empty()) co_return absl::NotFoundError("no payment has that key");
  co_return Earlier{std::string(rows.Text(0, 0)), std::string(rows.Text(0, 1))};
}

Async<Payment> PaymentRepository::Find(std::string_view payment_id, std::string_view service_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, payment_id, service_id));
  if (rows.empty()) co_return absl::NotFoundError("no such payment");
  co_return Decode(rows, 0);
}

Async<std::vector<PaymentEvent>> PaymentRepository::ListEvents(std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kEvents, payment_id));
  std::vector<PaymentEvent> events;
  for (int i = 0; i < rows.size(); ++i) {
    events.push_back({static_cast<Status>(rows.Int(i, 0)), FromUnixMicros(rows.TimeMicros(i, 1))});
  }
  co_return events;
}

Async<PaymentPage> PaymentRepository::List(const PaymentFilter& f) {
  CO_ASSIGN_OR_RETURN(
      auto both,
      co_await pool_.QueryAll(
          pg::Call(kCount, f.service_id, f.reference, f.statuses, f.from, f.to),
          pg::Call(kList, f.service_id, f.reference, f.statuses, f.from, f.to, f.offset, f.limit)));
  PaymentPage page{.total = both[0].Int(0, 0), .payments = {}};
  for (int i = 0; i < both[1].size(); ++i) {
    CO_ASSIGN_OR_RETURN(auto payment, Decode(both[1], i));
    page.payments.push_back(std::move(payment));
  }
  co_return page;
}

Async<bool> PaymentRepository::UseLink(std::string_view nonce, std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kUseLink, nonce, payment_id));
  co_return rows.affected() == 1;
}

absl::StatusOr<Payment> PaymentRepository::Decode(const pg::Rows& rows, int row) const {
  int column = 0;
  auto text = [&] { return std::string(rows.Text(row, column++)); };
  Payment payment;
  payment.id = text();
  payment.service_id = text();
  payment.ministry_id = text();
  payment.is_live = rows.Bool(row, column++);
  payment.amount_cents = rows.Int(row, column++);
  payment.currency = text();
  payment.reference = text();
  payment.description = text();
  payment.return_url = text();
  payment.language = text();
  payment.metadata = text();
  auto payer = OpenPayer(sealer_, payment.id, rows.Text(row, column++));
  if (!payer.ok()) return payer.status();
  payment.payer = *std::move(payer);
  payment.status = static_cast<Status>(rows.Int(row, column++));
  payment.created_at = FromUnixMicros(rows.TimeMicros(row, column++));
  payment.capture_approved_at = OptionalTime(rows, row, column++);
  payment.captured_at = OptionalTime(rows, row, column++);
  if (rows.IsNull(row, column)) return payment;
  Attempt attempt;
  attempt.id = text();
  attempt.number = static_cast<int>(rows.Int(row, column++));
  attempt.status = static_cast<AttemptStatus>(rows.Int(row, column++));
  attempt.reason = text();
  attempt.provider_id = text();
  attempt.card.brand = text();
  attempt.card.type = text();
  attempt.card.last_digits = text();
  attempt.card.first_digits = text();
  attempt.card.expiry_date = text();
  payment.attempt = std::move(attempt);
  return payment;
}

}  // namespace tamarack::payments
