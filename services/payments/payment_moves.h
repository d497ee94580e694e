#pragma once

#include "platform/crypto/seal.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/outbox.h"
#include "platform/work/claims.h"
#include "services/payments/move_repository.h"
#include "services/payments/payment.h"
#include "services/payments/payment_metrics.h"
#include "services/payments/processors/processor.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::payments {

struct Submission {
  CardSummary card;
  Payer payer;
  std::string_view provider;
  // Nobody asks the processor what became of the attempt before this has passed: the call itself
  // may still be running.
  std::chrono::milliseconds check_after;
  // Number of the newest attempt when the person's form was made; 0 when there was none.
  int after_attempt = 0;
};

// Every change of a payment's status. Each is one transaction: lock the payment, check that the
// move is allowed, write status, event, attempt, ledger, work for the processor and webhook. Safe
// to repeat.
class PaymentMoves {
 public:
  // `wake` is called after each commit that left work for a worker or a webhook.
  PaymentMoves(pg::Pool& pool, const crypto::Sealer& sealer, webhooks::Outbox& outbox,
               PaymentMetrics& metrics, std::function<void()> wake);

  // The person opened the card page.
  AsyncStatus Start(std::string_view payment_id);

  // Records, before the processor is asked, that a card is tried; returns the attempt's id. A
  // reservation that an earlier card holds is released. FAILED_PRECONDITION when the payment takes
  // no card now, has had kAttemptsMax, or another card was tried since the form was made.
  Async<std::string> Submit(std::string_view payment_id, const Submission& submission);

  // Records what the processor says about an attempt, once: later answers change nothing. Returns
  // the payment's status. An authorisation that nobody wants any more is released.
  Async<Status> Resolve(std::string_view attempt_id, const ProcessorAnswer& answer);

  // The person confirmed the card of attempt number `attempt`. FAILED_PRECONDITION unless that one
  // reserves the amount, or the payment was confirmed before.
  AsyncStatus ApproveCapture(std::string_view payment_id, int attempt);

  // Ends the payment unpaid with one of kExpired, kUserCancelled, kSystemCancelled,
  // kAuthorisationRejected. FAILED_PRECONDITION when it is too late for that.
  AsyncStatus End(std::string_view payment_id, Status end);

  // Records what the processor says to a capture or release, by whoever holds the job's claim: the
  // ledger follows.
  AsyncStatus FinishJob(const work::Claim& claim, JobKind kind, const ProcessorAnswer& answer);

 private:
  AsyncStatus Move(LockedPayment& locked, Status to);
  AsyncStatus Release(LockedPayment& locked);
  AsyncStatus Commit(LockedPayment& locked, std::vector<pg::BoundStatement> last = {});

  MoveRepository repository_;
  const crypto::Sealer& sealer_;
  webhooks::Outbox& outbox_;
  PaymentMetrics& metrics_;
  std::function<void()> wake_;
};

}  // namespace tamarack::payments
