#include "services/payments/payment_moves.h"

#include "platform/base/id.h"
#include "platform/telemetry/log.h"
#include "services/payments/ledger_repository.h"
#include "services/payments/payer_seal.h"
#include "services/payments/payment_rules.h"

#include <boost/json/serialize.hpp>

#include <utility>

namespace tamarack::payments {
namespace {

webhooks::Event EventOf(const LockedPayment& payment, Status status) {
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
    : repository_(pool),
      sealer_(sealer),
      outbox_(outbox),
      metrics_(metrics),
      wake_(std::move(wake)) {}

AsyncStatus PaymentMoves::Move(LockedPayment& locked, Status to) {
  if (!CanMove(locked.status, to)) co_return WrongState();
  CO_RETURN_IF_ERROR(co_await MoveRepository::Move(locked, to));
  locked.status = to;
  locked.moves.push_back(to);
  co_return absl::OkStatus();
}

// Leaves it to a worker to tell the processor; the ledger's reservation is voided when that has
// happened.
AsyncStatus PaymentMoves::Release(LockedPayment& locked) {
  CO_ASSIGN_OR_RETURN(auto reserved, co_await MoveRepository::ListReserved(locked));
  for (const std::string& attempt : reserved) {
    CO_RETURN_IF_ERROR(
        (co_await locked.tx.QueryAll(MoveRepository::SetStatus(attempt, AttemptStatus::kReleased),
                                     MoveRepository::InsertJob(attempt, JobKind::kRelease)))
            .status());
  }
  co_return absl::OkStatus();
}

AsyncStatus PaymentMoves::Commit(LockedPayment& locked, std::vector<pg::BoundStatement> last) {
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
  CO_ASSIGN_OR_RETURN(auto locked, co_await repository_.Lock(payment_id));
  if (locked.status != Status::kCreated) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(co_await Move(locked, Status::kEnteringCardDetails));
  co_return co_await Commit(locked);
}

Async<std::string> PaymentMoves::Submit(std::string_view payment_id, const Submission& submission) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await repository_.Lock(payment_id));
  CO_ASSIGN_OR_RETURN(int attempts, co_await MoveRepository::CountAttempts(locked));
  if (attempts >= kAttemptsMax) co_return WrongState();
  if (attempts != submission.after_attempt) co_return WrongState();
  if (locked.status == Status::kCreated || locked.status == Status::kAuthorisationSuccess) {
    CO_RETURN_IF_ERROR(co_await Move(locked, Status::kEnteringCardDetails));
    CO_RETURN_IF_ERROR(co_await Release(locked));
  }
  CO_RETURN_IF_ERROR(co_await Move(locked, Status::kAuthorisationSubmitted));
  std::string attempt_id = NewUuid();
  std::vector<pg::BoundStatement> statements;
  statements.push_back(
      MoveRepository::SetPayer(payment_id, SealPayer(sealer_, payment_id, submission.payer)));
  statements.push_back(MoveRepository::InsertAttempt(attempt_id, payment_id, submission.provider,
                                                     submission.card, submission.check_after));
  CO_RETURN_IF_ERROR(co_await Commit(locked, std::move(statements)));
  co_return attempt_id;
}

Async<Status> PaymentMoves::Resolve(std::string_view attempt_id, const ProcessorAnswer& answer) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await repository_.LockByAttempt(attempt_id));
  CO_ASSIGN_OR_RETURN(auto attempt, co_await MoveRepository::FindAttempt(locked, attempt_id));
  if (attempt.status != AttemptStatus::kSubmitted) co_return locked.status;
  bool is_last = attempt.number >= kAttemptsMax;
  bool is_wanted = locked.status == Status::kAuthorisationSubmitted;
  AttemptStatus attempt_status = AttemptStatus::kFailed;
  Status next = is_last ? Status::kAuthorisationRejected : Status::kEnteringCardDetails;
  std::vector<pg::BoundStatement> statements;
  switch (answer.state) {
    case ProcessorAnswer::State::kUnknown:
      co_return absl::UnavailableError("the processor does not know the attempt");
    case ProcessorAnswer::State::kAuthorised:
    case ProcessorAnswer::State::kCaptured:
      statements.push_back(ledger::Pend({.transfer_id = std::string(attempt_id),
                                         .reference = locked.payment_id,
                                         .debit = "processor:" + attempt.provider,
                                         .credit = "service:" + locked.owner.id,
                                         .mode = locked.owner.mode,
                                         .currency = locked.currency,
                                         .amount_cents = locked.amount_cents}));
      if (!is_wanted)
        statements.push_back(MoveRepository::InsertJob(attempt_id, JobKind::kRelease));
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
  statements.push_back(MoveRepository::SetAttempt(attempt_id, attempt_status, answer));
  if (is_wanted) CO_RETURN_IF_ERROR(co_await Move(locked, next));
  CO_RETURN_IF_ERROR(co_await Commit(locked, std::move(statements)));
  co_return locked.status;
}

AsyncStatus PaymentMoves::ApproveCapture(std::string_view payment_id, int attempt) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await repository_.Lock(payment_id));
  if (locked.status == Status::kCaptureApproved || locked.status == Status::kCaptured)
    co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(int attempts, co_await MoveRepository::CountAttempts(locked));
  if (attempts != attempt) co_return WrongState();
  CO_RETURN_IF_ERROR(co_await Move(locked, Status::kCaptureApproved));
  CO_ASSIGN_OR_RETURN(auto reserved, co_await MoveRepository::ListReserved(locked));
  if (reserved.size() != 1)
    co_return absl::InternalError("an authorised payment without a reservation");
  co_return co_await Commit(locked, {MoveRepository::InsertJob(reserved[0], JobKind::kCapture)});
}

AsyncStatus PaymentMoves::End(std::string_view payment_id, Status end) {
  CO_ASSIGN_OR_RETURN(auto locked, co_await repository_.Lock(payment_id));
  CO_RETURN_IF_ERROR(co_await Move(locked, end));
  CO_RETURN_IF_ERROR(co_await Release(locked));
  co_return co_await Commit(locked);
}

AsyncStatus PaymentMoves::FinishJob(const work::Claim& claim, JobKind kind,
                                    const ProcessorAnswer& answer) {
  const std::string& attempt_id = claim.id;
  CO_ASSIGN_OR_RETURN(auto locked, co_await repository_.LockByAttempt(attempt_id));
  CO_ASSIGN_OR_RETURN(bool is_open, co_await MoveRepository::IsOpen(locked, claim, kind));
  if (!is_open) co_return absl::OkStatus();  // another worker was faster
  bool is_captured = answer.state == ProcessorAnswer::State::kCaptured;
  std::vector<pg::BoundStatement> statements = {MoveRepository::EndJob(attempt_id)};
  if (kind == JobKind::kRelease) {
    // The processor took money that we had given up: a person has to look. Nothing here can capture
    // it.
    if (is_captured) co_return absl::InternalError("a released authorisation was captured");
    statements.push_back(ledger::Void(attempt_id));
  } else if (is_captured) {
    statements.push_back(ledger::Post(attempt_id));
    statements.push_back(MoveRepository::SetStatus(attempt_id, AttemptStatus::kCaptured));
    CO_RETURN_IF_ERROR(co_await Move(locked, Status::kCaptured));
  } else {
    telemetry::Log(telemetry::Level::kError, "capture refused",
                   {{"payment_id", locked.payment_id}, {"reason", answer.reason}});
    statements.push_back(ledger::Void(attempt_id));
    statements.push_back(MoveRepository::SetStatus(attempt_id, AttemptStatus::kFailed));
    CO_RETURN_IF_ERROR(co_await Move(locked, Status::kCaptureError));
  }
  co_return co_await Commit(locked, std::move(statements));
}

}  // namespace tamarack::payments
