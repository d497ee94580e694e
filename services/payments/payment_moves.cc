#include "services/payments/payment_moves.h"

#include "platform/base/id.h"
#include "platform/telemetry/log.h"
#include "services/payments/ledger.h"
#include "services/payments/payer_seal.h"
#include "services/payments/payment_rules.h"

#include <boost/json/serialize.hpp>

#include <utility>

namespace tamarack::payments {
namespace {

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

// A payment whose row this transaction holds.
struct PaymentMoves::Locked {
  pg::Tx tx;
  std::string payment_id;
  auth::Owner owner;
  std::string reference;
  int64_t amount_cents = 0;
  std::string currency;
  Status status = Status::kCreated;
  TimePoint created_at;
  std::vector<Status> moves;  // made in this transaction
};

namespace {

template <class Locked>
webhooks::Event EventOf(const Locked& payment, Status status) {
  State state = StateOf(status);
  boost::json::object state_object{{"status", std::string(state.status)},
                                   {"finished", state.finished}};
  if (!state.code.empty()) {
    state_object["code"] = std::string(state.code);
    state_object["message"] = std::string(state.message);
  }
  boost::json::object body{{"payment_id", payment.payment_id},
                           {"reference", payment.reference},
                           {"amount", payment.amount_cents},
                           {"currency", payment.currency},
                           {"created_date", FormatMillis(payment.created_at)},
                           {"state", std::move(state_object)}};
  return {.id = {},
          .type = std::string(EventTypeOf(status)),
          .source = "/payments",
          .subject = payment.payment_id,
          .owner = payment.owner,
          .data = boost::json::serialize(body)};
}

absl::Status WrongState() {
  return absl::FailedPreconditionError("the payment's state does not allow it");
}

}  // namespace

PaymentMoves::PaymentMoves(pg::Pool& pool, const crypto::Sealer& sealer, webhooks::Outbox& outbox,
                           PaymentMetrics& metrics, std::function<void()> wake)
    : pool_(pool), sealer_(sealer), outbox_(outbox), metrics_(metrics), wake_(std::move(wake)) {}

Async<PaymentMoves::Locked> PaymentMoves::Lock(std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kLock, payment_id));
  if (rows.empty()) co_return absl::NotFoundError("no such payment");
  co_return Locked{.tx = std::move(tx),
                   .payment_id = std::string(payment_id),
                   .owner = {.id = std::string(rows.Text(0, 0)),
                             .mode = rows.Bool(0, 1) ? auth::Mode::kLive : auth::Mode::kSandbox},
                   .reference = std::string(rows.Text(0, 2)),
                   .amount_cents = rows.Int(0, 3),
                   .currency = std::string(rows.Text(0, 4)),
                   .status = static_cast<Status>(rows.Int(0, 5)),
                   .created_at = FromUnixMicros(rows.TimeMicros(0, 6)),
                   .moves = {}};
}

AsyncStatus PaymentMoves::Move(Locked& locked, Status to) {
  if (!CanMove(locked.status, to)) co_return WrongState();
  CO_RETURN_IF_ERROR((co_await locked.tx.Query(kMove, locked.payment_id, to)).status());
  locked.status = to;
  locked.moves.push_back(to);
  co_return absl::OkStatus();
}

// Leaves it to a worker to tell the processor; the ledger's reservation is voided when that has
// happened.
AsyncStatus PaymentMoves::Release(Locked& locked) {
  CO_ASSIGN_OR_RETURN(auto reserved, co_await locked.tx.Query(kReserved, locked.payment_id));
  for (int i = 0; i < reserved.size(); ++i) {
    CO_RETURN_IF_ERROR((co_await locked.tx.QueryAll(
                            pg::Call(kSetStatus, reserved.Text(i, 0), AttemptStatus::kReleased),
                            pg::Call(kInsertJob, reserved.Text(i, 0), JobKind::kRelease)))
                           .status());
  }
  co_return absl::OkStatus();
}

AsyncStatus PaymentMoves::Commit(Locked& locked, std::vector<pg::Call> last) {
  if (!last.empty()) CO_RETURN_IF_ERROR((co_await locked.tx.QueryAll(std::move(last))).status());
  std::vector<webhooks::Event> events;
  for (Status status : locked.moves) {
    if (!EventTypeOf(status).empty()) events.push_back(EventOf(locked, status));
  }
  // Last, since it holds a lock on the subject until the commit.
  if (!events.empty()) CO_RETURN_IF_ERROR((co_await outbox_.Append(locked.tx, events)).status());
  CO_RETURN_IF_ERROR(co_await locked.tx.Commit());
  for (Status status : locked.moves) metrics_.CountMove(status, locked.amount_cents);
  wake_();
  co_return absl::OkStatus();
}

AsyncStatus PaymentMoves::Start(std::string_view payment_id) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await Lock(payment_id));
  if (locked.status != Status::kCreated) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(co_await Move(locked, Status::kEnteringCardDetails));
  co_return co_await Commit(locked);
}

Async<std::string> PaymentMoves::Submit(std::string_view payment_id, const Submission& submission) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await Lock(payment_id));
  CO_ASSIGN_OR_RETURN(auto attempts, co_await locked.tx.Query(kCountAttempts, payment_id));
  if (attempts.Int(0, 0) >= kAttemptsMax) co_return WrongState();
  if (attempts.Int(0, 0) != submission.after_attempt) co_return WrongState();
  if (locked.status == Status::kCreated || locked.status == Status::kAuthorisationSuccess) {
    CO_RETURN_IF_ERROR(co_await Move(locked, Status::kEnteringCardDetails));
    CO_RETURN_IF_ERROR(co_await Release(locked));
  }
  CO_RETURN_IF_ERROR(co_await Move(locked, Status::kAuthorisationSubmitted));
  std::string attempt_id = NewUuid();
  const CardSummary& card = submission.card;
  std::vector<pg::Call> calls;
  calls.emplace_back(kSetPayer, payment_id, SealPayer(sealer_, payment_id, submission.payer));
  calls.emplace_back(kInsertAttempt, attempt_id, payment_id, submission.provider, card.brand,
                     card.type, card.last_digits, card.first_digits, card.expiry_date,
                     submission.check_after.count());
  CO_RETURN_IF_ERROR(co_await Commit(locked, std::move(calls)));
  co_return attempt_id;
}

Async<Status> PaymentMoves::Resolve(std::string_view attempt_id, const ProcessorAnswer& answer) {
  CO_ASSIGN_OR_RETURN(auto owner, co_await pool_.Query(kPaymentOf, attempt_id));
  if (owner.empty()) co_return absl::NotFoundError("no such attempt");
  CO_ASSIGN_OR_RETURN(auto locked, co_await Lock(owner.Text(0, 0)));
  CO_ASSIGN_OR_RETURN(auto rows, co_await locked.tx.Query(kFindAttempt, attempt_id));
  if (static_cast<AttemptStatus>(rows.Int(0, 0)) != AttemptStatus::kSubmitted)
    co_return locked.status;
  bool is_last = rows.Int(0, 1) >= kAttemptsMax;
  bool is_wanted = locked.status == Status::kAuthorisationSubmitted;
  AttemptStatus attempt_status = AttemptStatus::kFailed;
  Status next = is_last ? Status::kAuthorisationRejected : Status::kEnteringCardDetails;
  std::vector<pg::Call> calls;
  switch (answer.state) {
    case ProcessorAnswer::State::kUnknown:
      co_return absl::UnavailableError("the processor does not know the attempt");
    case ProcessorAnswer::State::kAuthorised:
    case ProcessorAnswer::State::kCaptured:
      calls.push_back(ledger::Pend({.transfer_id = std::string(attempt_id),
                                    .reference = locked.payment_id,
                                    .debit = absl::StrCat("processor:", ToAbsl(rows.Text(0, 2))),
                                    .credit = "service:" + locked.owner.id,
                                    .mode = locked.owner.mode,
                                    .currency = locked.currency,
                                    .amount_cents = locked.amount_cents}));
      if (!is_wanted) calls.emplace_back(kInsertJob, attempt_id, JobKind::kRelease);
      attempt_status = is_wanted ? AttemptStatus::kAuthorised : AttemptStatus::kReleased;
      next = Status::kAuthorisationSuccess;
      break;
    case ProcessorAnswer::State::kDeclined:
      attempt_status = AttemptStatus::kDeclined;
      break;
    case ProcessorAnswer::State::kFailed:
      next = Status::kAuthorisationError;
      break;
    case ProcessorAnswer::State::kReleased:
      break;  // it never arrived: another try is safe
  }
  calls.emplace_back(kSetAttempt, attempt_id, attempt_status, answer.reason, answer.provider_id);
  if (is_wanted) CO_RETURN_IF_ERROR(co_await Move(locked, next));
  CO_RETURN_IF_ERROR(co_await Commit(locked, std::move(calls)));
  co_return locked.status;
}

AsyncStatus PaymentMoves::ApproveCapture(std::string_view payment_id, int attempt) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await Lock(payment_id));
  if (locked.status == Status::kCaptureApproved || locked.status == Status::kCaptured)
    co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(auto attempts, co_await locked.tx.Query(kCountAttempts, payment_id));
  if (attempts.Int(0, 0) != attempt) co_return WrongState();
  CO_RETURN_IF_ERROR(co_await Move(locked, Status::kCaptureApproved));
  CO_ASSIGN_OR_RETURN(auto reserved, co_await locked.tx.Query(kReserved, payment_id));
  if (reserved.size() != 1)
    co_return absl::InternalError("an authorised payment without a reservation");
  std::vector<pg::Call> calls;
  calls.emplace_back(kInsertJob, reserved.Text(0, 0), JobKind::kCapture);
  co_return co_await Commit(locked, std::move(calls));
}

AsyncStatus PaymentMoves::End(std::string_view payment_id, Status end) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await Lock(payment_id));
  CO_RETURN_IF_ERROR(co_await Move(locked, end));
  CO_RETURN_IF_ERROR(co_await Release(locked));
  co_return co_await Commit(locked);
}

AsyncStatus PaymentMoves::FinishJob(const work::Claim& claim, JobKind kind,
                                    const ProcessorAnswer& answer) {
  const std::string& attempt_id = claim.id;
  CO_ASSIGN_OR_RETURN(auto owner, co_await pool_.Query(kPaymentOf, attempt_id));
  if (owner.empty()) co_return absl::NotFoundError("no such attempt");
  CO_ASSIGN_OR_RETURN(auto locked, co_await Lock(owner.Text(0, 0)));
  CO_ASSIGN_OR_RETURN(auto open,
                      co_await locked.tx.Query(kJobIsOpen, attempt_id, claim.token, kind));
  if (open.empty()) co_return absl::OkStatus();  // another worker was faster
  bool is_captured = answer.state == ProcessorAnswer::State::kCaptured;
  std::vector<pg::Call> calls;
  calls.emplace_back(kEndJob, attempt_id);
  if (kind == JobKind::kRelease) {
    // The processor took money that we had given up: a person has to look. Nothing here can capture
    // it.
    if (is_captured) co_return absl::InternalError("a released authorisation was captured");
    calls.push_back(ledger::Void(attempt_id));
  } else if (is_captured) {
    calls.push_back(ledger::Post(attempt_id));
    calls.emplace_back(kSetStatus, attempt_id, AttemptStatus::kCaptured);
    CO_RETURN_IF_ERROR(co_await Move(locked, Status::kCaptured));
  } else {
    telemetry::Log(telemetry::Level::kError, "capture refused",
                   {{"payment_id", locked.payment_id}, {"reason", answer.reason}});
    calls.push_back(ledger::Void(attempt_id));
    calls.emplace_back(kSetStatus, attempt_id, AttemptStatus::kFailed);
    CO_RETURN_IF_ERROR(co_await Move(locked, Status::kCaptureError));
  }
  co_return co_await Commit(locked, std::move(calls));
}

}  // namespace tamarack::payments
