#include "services/payments/move_repository.h"

#include "platform/base/id.h"
#include "platform/work/forget.h"

namespace tamarack::payments {
namespace {

constexpr pg::Statement kClaimJobs{
    "processor_job.claim", "WITH claimed AS (" WORK_CLAIM("processor_job", "attempt_id", "tries",
                                                          "", "done_at IS NULL") R"sql(
    RETURNING attempt_id, kind, tries)
  SELECT c.attempt_id, c.kind, p.amount_cents, c.tries
  FROM claimed c JOIN authorisation_attempt a USING (attempt_id) JOIN payment p USING (payment_id))sql"};
constexpr work::QueueSql kJobs = WORK_QUEUE("processor_jobs", "processor_job", "attempt_id", "uuid",
                                            "tries", "created_at", "done_at IS NULL", "0");
constexpr pg::Statement kClaimUnresolved{
    "authorisation_attempt.claim",
    WORK_CLAIM_BY("check_at", "authorisation_attempt", "attempt_id", "checks", "",
                  "status = 1") " RETURNING attempt_id"};
constexpr work::QueueSql kUnresolved =
    WORK_QUEUE_BY("check_at", "unresolved_attempts", "authorisation_attempt", "attempt_id", "uuid",
                  "checks", "created_at", "status = 1", "0");
constexpr pg::Statement kFindExpired{"payment.find_expired", R"sql(
  SELECT payment_id FROM payment WHERE status IN (1, 2, 3, 4) AND created_at < now() - $1 * interval '1 second'
  ORDER BY created_at LIMIT $2)sql"};

// Its key keeps an authorisation from being captured twice: it stays until the attempt's own status
// has long done that. 30 days, as idempotency keys.
constexpr pg::Statement kForget{
    "processor_job.forget",
    WORK_FORGET("processor_job", "done_at < now() - interval '30 days'", "done_at")};

constexpr pg::Statement kLock{"payment.lock", R"sql(
  SELECT service_id, is_live, reference, amount_cents, currency, status, created_at FROM payment WHERE payment_id = $1
  FOR NO KEY UPDATE)sql"};
constexpr pg::Statement kMove{"payment.move", R"sql(
  WITH moved AS (
    UPDATE payment SET status = $2::smallint, version = version + 1, updated_at = now(),
      capture_approved_at = CASE WHEN $2::smallint = 5 THEN now() ELSE capture_approved_at END,
      captured_at = CASE WHEN $2::smallint = 6 THEN now() ELSE captured_at END
    WHERE payment_id = $1
    RETURNING payment_id, version
  )
  INSERT INTO payment_event (payment_id, version, status, created_at) SELECT payment_id, version, $2::smallint, now() FROM moved
  )sql"};
constexpr pg::Statement kSetPayer{"payment.set_payer",
                                  "UPDATE payment SET payer_sealed = $2 WHERE payment_id = $1"};

constexpr pg::Statement kInsertAttempt{"authorisation_attempt.insert", R"sql(
  INSERT INTO authorisation_attempt (attempt_id, payment_id, number, status, provider, card_brand, card_type, last_digits,
                                     first_digits, expiry_date, created_at, check_at)
  SELECT $1::uuid, $2, coalesce(max(number), 0) + 1, 1, $3, $4, $5, $6, $7, $8, now(), now() + $9 * interval '1 millisecond'
  FROM authorisation_attempt WHERE payment_id = $2)sql"};
constexpr pg::Statement kCountAttempts{"authorisation_attempt.count", R"sql(
  SELECT coalesce(max(number), 0) FROM authorisation_attempt WHERE payment_id = $1)sql"};
constexpr pg::Statement kPaymentOf{"authorisation_attempt.payment", R"sql(
  SELECT payment_id FROM authorisation_attempt WHERE attempt_id = $1)sql"};
constexpr pg::Statement kFindAttempt{"authorisation_attempt.find", R"sql(
  SELECT status, number, provider FROM authorisation_attempt WHERE attempt_id = $1)sql"};
constexpr pg::Statement kSetAttempt{"authorisation_attempt.set", R"sql(
  UPDATE authorisation_attempt
  SET status = $2, reason = $3, provider_id = coalesce(nullif($4, ''), provider_id), resolved_at = now()
  WHERE attempt_id = $1)sql"};
constexpr pg::Statement kReserved{"authorisation_attempt.reserved", R"sql(
  SELECT attempt_id FROM authorisation_attempt WHERE payment_id = $1 AND status = 2)sql"};
constexpr pg::Statement kSetStatus{"authorisation_attempt.set_status", R"sql(
  UPDATE authorisation_attempt SET status = $2 WHERE attempt_id = $1)sql"};

constexpr pg::Statement kInsertJob{"processor_job.insert", R"sql(
  INSERT INTO processor_job (attempt_id, kind, due_at) VALUES ($1, $2, now()))sql"};
constexpr pg::Statement kJobIsOpen{"processor_job.is_open",
                                   R"sql(
  SELECT FROM processor_job WHERE )sql" WORK_HELD(
                                       "attempt_id") " AND kind = $3 AND done_at IS NULL"};
constexpr pg::Statement kEndJob{
    "processor_job.end",
    "UPDATE processor_job SET done_at = now(), claim_token = NULL WHERE attempt_id = $1"};

}  // namespace

work::Sweep MoveRepository::Forgetting() {
  return work::Forgetting("processor jobs", pool_, kForget);
}

Async<std::vector<Job>> MoveRepository::ClaimJobs(int limit, std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaimJobs, limit, token, lease.count()));
  std::vector<Job> jobs;
  for (int i = 0; i < rows.size(); ++i) {
    jobs.push_back({{std::string(rows.Text(i, 0)), token},
                    static_cast<JobKind>(rows.Int(i, 1)),
                    rows.Int(i, 2),
                    static_cast<int>(rows.Int(i, 3))});
  }
  co_return jobs;
}

Async<std::vector<work::Claim>> MoveRepository::ClaimUnresolved(int limit,
                                                                std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kClaimUnresolved, limit, token, lease.count()));
  std::vector<work::Claim> claims;
  for (int i = 0; i < rows.size(); ++i) claims.push_back({std::string(rows.Text(i, 0)), token});
  co_return claims;
}

work::Queue MoveRepository::jobs() const {
  return {pool_, kJobs};
}

work::Queue MoveRepository::unresolved() const {
  return {pool_, kUnresolved};
}

Async<std::vector<std::string>> MoveRepository::FindExpired(std::chrono::seconds age, int limit) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindExpired, age.count(), limit));
  std::vector<std::string> payments;
  for (int i = 0; i < rows.size(); ++i) payments.emplace_back(rows.Text(i, 0));
  co_return payments;
}

Async<LockedPayment> MoveRepository::Lock(std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kLock, payment_id));
  if (rows.empty()) co_return absl::NotFoundError("no such payment");
  co_return LockedPayment{
      .tx = std::move(tx),
      .payment_id = std::string(payment_id),
      .owner = {.id = std::string(rows.Text(0, 0)),
                .mode = rows.Bool(0, 1) ? auth::Mode::kLive : auth::Mode::kSandbox},
      .reference = std::string(rows.Text(0, 2)),
      .amount_cents = rows.Int(0, 3),
      .currency = std::string(rows.Text(0, 4)),
      .status = static_cast<Status>(rows.Int(0, 5)),
      .created_at = FromUnixMicros(rows.TimeMicros(0, 6))};
}

Async<LockedPayment> MoveRepository::LockByAttempt(std::string_view attempt_id) {
  CO_ASSIGN_OR_RETURN(auto payment, co_await pool_.Query(kPaymentOf, attempt_id));
  if (payment.empty()) co_return absl::NotFoundError("no such attempt");
  co_return co_await Lock(payment.Text(0, 0));
}

AsyncStatus MoveRepository::Move(LockedPayment& locked, Status to) {
  co_return (co_await locked.tx.Query(kMove, locked.payment_id, to)).status();
}

Async<int> MoveRepository::CountAttempts(LockedPayment& locked) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await locked.tx.Query(kCountAttempts, locked.payment_id));
  co_return static_cast<int>(rows.Int(0, 0));
}

Async<std::vector<std::string>> MoveRepository::ListReserved(LockedPayment& locked) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await locked.tx.Query(kReserved, locked.payment_id));
  std::vector<std::string> attempts;
  for (int i = 0; i < rows.size(); ++i) attempts.emplace_back(rows.Text(i, 0));
  co_return attempts;
}

Async<MoveRepository::StoredAttempt> MoveRepository::FindAttempt(LockedPayment& locked,
                                                                 std::string_view attempt_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await locked.tx.Query(kFindAttempt, attempt_id));
  co_return StoredAttempt{static_cast<AttemptStatus>(rows.Int(0, 0)),
                          static_cast<int>(rows.Int(0, 1)), std::string(rows.Text(0, 2))};
}

Async<bool> MoveRepository::IsOpen(LockedPayment& locked, const work::Claim& claim, JobKind kind) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await locked.tx.Query(kJobIsOpen, claim.id, claim.token, kind));
  co_return !rows.empty();
}

pg::BoundStatement MoveRepository::SetPayer(std::string_view payment_id, std::string_view sealed) {
  return pg::BoundStatement(kSetPayer, payment_id, sealed);
}

pg::BoundStatement MoveRepository::InsertAttempt(std::string_view attempt_id,
                                                 std::string_view payment_id,
                                                 std::string_view provider, const CardSummary& card,
                                                 std::chrono::milliseconds check_after) {
  return pg::BoundStatement(kInsertAttempt, attempt_id, payment_id, provider, card.brand, card.type,
                            card.last_digits, card.first_digits, card.expiry_date,
                            check_after.count());
}

pg::BoundStatement MoveRepository::SetAttempt(std::string_view attempt_id, AttemptStatus status,
                                              const ProcessorAnswer& answer) {
  return pg::BoundStatement(kSetAttempt, attempt_id, status, answer.reason, answer.provider_id);
}

pg::BoundStatement MoveRepository::SetStatus(std::string_view attempt_id, AttemptStatus status) {
  return pg::BoundStatement(kSetStatus, attempt_id, status);
}

pg::BoundStatement MoveRepository::InsertJob(std::string_view attempt_id, JobKind kind) {
  return pg::BoundStatement(kInsertJob, attempt_id, kind);
}

pg::BoundStatement MoveRepository::EndJob(std::string_view attempt_id) {
  return pg::BoundStatement(kEndJob, attempt_id);
}

}  // namespace tamarack::payments
