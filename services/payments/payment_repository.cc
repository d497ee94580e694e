#include "services/payments/payment_repository.h"

#include "platform/postgres/composed.h"
#include "platform/work/forget.h"
#include "services/payments/payer_access.h"
#include "services/payments/payer_seal.h"

#include <set>
#include <utility>

namespace tamarack::payments {
namespace {

// One statement for all rows. A key that exists already makes no payment.
constexpr pg::Statement kInsertMany{"payment.insert", "WITH " IDEMPOTENCY_KEYS R"sql(, made AS (
    INSERT INTO payment (payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url,
                         language, metadata, payer_sealed, status, created_at, updated_at)
    SELECT payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url, language,
           metadata, nullif(payer_sealed, ''), 1, created_at, created_at
    FROM unnest($6::text[], $7::text[], $8::text[], $9::bool[], $10::bigint[], $11::text[], $12::text[], $13::text[],
                $14::text[], $15::jsonb[], $16::text[], $17::timestamptz[], $4::text[])
      AS i (payment_id, service_id, ministry_id, is_live, amount_cents, reference, description, return_url, language,
            metadata, payer_sealed, created_at, claim)
    WHERE claim = '' OR claim IN (SELECT claim FROM taken)
    RETURNING payment_id, created_at
  ), events AS (
    INSERT INTO payment_event (payment_id, version, status, created_at) SELECT payment_id, 1, 1, created_at FROM made
  )
  SELECT payment_id FROM made)sql"};

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
                              "WHERE p.payment_id = $1 AND p.service_id = $2 AND p.is_live = $3"};
constexpr pg::Statement kFindForPayer{"payment.find_for_payer",
                                      "SELECT " PAYMENT_COLUMNS " FROM payment p" NEWEST_ATTEMPT
                                      "WHERE p.payment_id = $1"};

constexpr pg::Statement kEvents{"payment_event.list", R"sql(
  SELECT status, created_at FROM payment_event WHERE payment_id = $1 ORDER BY version)sql"};

constexpr int64_t kCountMax = 10'000;

// The newest that the filter matches, of `limit`. Of several statuses each has its own, so that the
// index serves.
void AddNewest(pg::Composed& list, const PaymentFilter& f, const std::optional<Place>& after,
               int64_t limit) {
  const bool is_by_status = !f.statuses.empty();
  list.AddIf(is_by_status,
             "SELECT each.* FROM (SELECT DISTINCT unnest($?::smallint[]) AS code) AS wanted "
             "CROSS JOIN LATERAL (",
             f.statuses);
  list.Add("SELECT p.* FROM payment p WHERE p.service_id = $? AND p.is_live = $?", f.owner.id,
           f.owner.is_live());
  list.AddIf(is_by_status, " AND p.status = wanted.code");
  list.AddIf(!f.reference.empty(), " AND lower(p.reference) = lower($?::text)", f.reference);
  list.AddIf(f.from.has_value(), " AND p.created_at >= $?", f.from);
  list.AddIf(f.to.has_value(), " AND p.created_at < $?", f.to);
  const Place place = after.value_or(Place{});
  list.AddIf(after.has_value(), " AND (p.created_at, p.payment_id) < ($?, $?)", place.created_at,
             place.payment_id);
  list.Add(" ORDER BY p.created_at DESC, p.payment_id DESC LIMIT $?", limit);
  list.AddIf(is_by_status, ") AS each ORDER BY each.created_at DESC, each.payment_id DESC LIMIT $?",
             limit);
}

// A double click asks twice, and the browser drops the first answer with its cookie.
constexpr pg::Statement kUseLink{"used_link.insert", R"sql(
  INSERT INTO used_link AS u (nonce, payment_id) VALUES ($1, $2)
  ON CONFLICT (nonce) DO UPDATE SET used_at = u.used_at WHERE u.used_at > now() - interval '10 seconds')sql"};

// A link is good for seven days from when it was made, by some process's clock.
static_assert(kLinkSeconds == 7 * 24 * 3600);
constexpr pg::Statement kForgetLinks{
    "used_link.forget", WORK_FORGET("used_link", "used_at < now() - interval '8 days'", "used_at")};

constexpr keys::ColumnSql kPayers = SEALED_COLUMN("payment", "payer_sealed", "payment_id");

std::optional<TimePoint> OptionalTime(const pg::Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return FromUnixMicros(rows.TimeMicros(row, column));
}

// One vector per column, as unnest takes them.
struct Columns {
  idempotency::KeyColumns keys;
  std::vector<std::string> id, service, ministry, reference, description, return_url, language,
      metadata, payer;
  std::vector<bool> is_live;
  std::vector<int64_t> amount;
  std::vector<TimePoint> created_at;

  void Add(const NewPayment& row, const crypto::Sealer& sealer) {
    const Payment& payment = row.payment;
    id.push_back(payment.id);
    service.push_back(payment.owner.id);
    ministry.push_back(payment.ministry_id);
    is_live.push_back(payment.owner.is_live());
    amount.push_back(payment.amount_cents);
    reference.push_back(payment.reference);
    description.push_back(payment.description);
    return_url.push_back(payment.return_url);
    language.push_back(payment.language);
    metadata.push_back(payment.metadata);
    payer.push_back(SealPayer(sealer, payment.id, payment.payer));
    created_at.push_back(payment.created_at);
    keys.Add(row.key);
  }
};

using Results = std::vector<absl::StatusOr<bool>>;

Async<Results> InsertAll(pg::Pool& pool, std::span<const NewPayment> rows,
                         const crypto::Sealer& sealer) {
  Columns all;
  for (const auto& row : rows) all.Add(row, sealer);
  const idempotency::KeyColumns& keys = all.keys;
  CO_ASSIGN_OR_RETURN(
      auto made,
      co_await pool.Query(kInsertMany, keys.callers, keys.methods, keys.keys, keys.sealed,
                          keys.kept_seconds, all.id, all.service, all.ministry, all.is_live,
                          all.amount, all.reference, all.description, all.return_url, all.language,
                          all.metadata, all.payer, all.created_at));
  std::set<std::string_view> ids;
  for (int i = 0; i < made.size(); ++i) ids.insert(made.Text(i, 0));
  Results results;
  for (const auto& row : rows) results.emplace_back(ids.contains(row.payment.id));
  co_return results;
}

}  // namespace

keys::KeyedColumn PayerColumn(crypto::Sealer sealer) {
  return keys::SealedColumn(kPayers, std::move(sealer), [](const pg::Rows& rows, int row) {
    return PayerPlace(rows.Text(row, 2));
  });
}

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

Async<Payment> PaymentRepository::Find(const auth::Owner& owner, std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kFind, payment_id, owner.id, owner.is_live()));
  if (rows.empty()) co_return absl::NotFoundError("no such payment");
  co_return Decode(rows, 0);
}

Async<Payment> PaymentRepository::FindForPayer(std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindForPayer, payment_id));
  if (rows.empty()) co_return absl::NotFoundError("no such payment");
  co_return Decode(rows, 0);
}

Async<std::vector<PaymentEvent>> PaymentRepository::ListEvents(const Payment& payment) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kEvents, payment.id));
  std::vector<PaymentEvent> events;
  for (int i = 0; i < rows.size(); ++i) {
    events.push_back({static_cast<Status>(rows.Int(i, 0)), FromUnixMicros(rows.TimeMicros(i, 1))});
  }
  co_return events;
}

Async<PaymentPage> PaymentRepository::List(const PaymentFilter& f) {
  PaymentPage page;
  std::optional<Place> after = f.after;
  if (!after && f.skip > 0) {
    pg::Composed last("payment.last_of", "SELECT count(*) OVER (), created_at, payment_id FROM (");
    AddNewest(last, f, std::nullopt, f.skip);
    last.Add(") AS skipped ORDER BY created_at, payment_id LIMIT 1");
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.QueryAll(last.Bind()));
    if (rows[0].empty() || rows[0].Int(0, 0) < f.skip) co_return page;
    after = Place{FromUnixMicros(rows[0].TimeMicros(0, 1)), std::string(rows[0].Text(0, 2))};
  }
  std::vector<pg::BoundStatement> calls;
  pg::Composed list("payment.list", "SELECT " PAYMENT_COLUMNS " FROM (");
  AddNewest(list, f, after, f.limit + 1);
  list.Add(") AS p" NEWEST_ATTEMPT "ORDER BY p.created_at DESC, p.payment_id DESC");
  calls.push_back(list.Bind());
  if (!f.after) {
    pg::Composed count("payment.count", "SELECT count(*) FROM (");
    AddNewest(count, f, std::nullopt, kCountMax);
    count.Add(") AS counted");
    calls.push_back(count.Bind());
  }
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.QueryAll(std::move(calls)));
  for (int i = 0; i < rows[0].size(); ++i) page.payments.push_back(Decode(rows[0], i));
  page.has_more = std::cmp_greater(page.payments.size(), f.limit);
  if (page.has_more) page.payments.pop_back();
  if (!f.after) page.total = rows[1].Int(0, 0);
  co_return page;
}

Async<bool> PaymentRepository::UseLink(std::string_view nonce, std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kUseLink, nonce, payment_id));
  co_return rows.affected() == 1;
}

work::Sweep PaymentRepository::ForgettingLinks() {
  return work::Forgetting("used links", pool_, kForgetLinks);
}

Payment PaymentRepository::Decode(const pg::Rows& rows, int row) const {
  int column = 0;
  auto text = [&] { return std::string(rows.Text(row, column++)); };
  Payment payment;
  payment.id = text();
  payment.owner.id = text();
  payment.ministry_id = text();
  payment.owner.mode = rows.Bool(row, column++) ? auth::Mode::kLive : auth::Mode::kSandbox;
  payment.amount_cents = rows.Int(row, column++);
  payment.currency = text();
  payment.reference = text();
  payment.description = text();
  payment.return_url = text();
  payment.language = text();
  payment.metadata = text();
  // Who pays is not what a payment is: without that, it still runs its course.
  auto payer = OpenPayer(sealer_, payment.id, rows.Text(row, column++));
  if (payer.ok()) payment.payer = *std::move(payer);
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
