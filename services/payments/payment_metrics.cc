#include "services/payments/payment_metrics.h"

#include "platform/telemetry/metrics.h"

namespace tamarack::payments {
namespace {

const char* Name(Status status) {
  switch (status) {
    case Status::kCreated:
      return "created";
    case Status::kEnteringCardDetails:
      return "entering_card_details";
    case Status::kAuthorisationSubmitted:
      return "authorisation_submitted";
    case Status::kAuthorisationSuccess:
      return "authorisation_success";
    case Status::kCaptureApproved:
      return "capture_approved";
    case Status::kCaptured:
      return "captured";
    case Status::kAuthorisationRejected:
      return "authorisation_rejected";
    case Status::kExpired:
      return "expired";
    case Status::kUserCancelled:
      return "user_cancelled";
    case Status::kSystemCancelled:
      return "system_cancelled";
    case Status::kAuthorisationError:
      return "authorisation_error";
    case Status::kCaptureError:
      return "capture_error";
  }
  return "unknown";
}

}  // namespace

PaymentMetrics::PaymentMetrics(prometheus::Registry& registry_)
    : registry(registry_),
      replays(telemetry::Counter(
          registry, "tamarack_payments_idempotent_replays_total",
          "Creations answered by the payment that the same Idempotency-Key made")),
      unknown_outcomes(
          telemetry::Counter(registry, "tamarack_payments_processor_unknown_outcomes_total",
                             "Authorisations whose answer from the processor was lost")),
      recovered(telemetry::Counter(registry, "tamarack_payments_processor_recovered_total",
                                   "Authorisations whose outcome was found out afterwards")),
      job_failures(telemetry::Counter(registry, "tamarack_payments_processor_job_failures_total",
                                      "Captures and releases that did not succeed at this try")),
      captured_cents_(telemetry::Counter(registry, "tamarack_payments_captured_cents_total",
                                         "Money captured, in cents")) {}

void PaymentMetrics::CountMove(Status status, int64_t amount_cents) {
  telemetry::Counter(registry, "tamarack_payments_status_total", "Payments that got this status",
                     {{"status", Name(status)}})
      .Increment();
  if (status == Status::kCaptured) captured_cents_.Increment(static_cast<double>(amount_cents));
}

}  // namespace tamarack::payments
