#pragma once

#include "services/payments/payment.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace tamarack::payments {

// What payments counts beyond calls and queries, which the platform counts.
class PaymentMetrics {
 public:
  explicit PaymentMetrics(prometheus::Registry& registry_);

  // A payment got this status; captured ones also count their amount.
  void CountMove(Status status, int64_t amount_cents);

  prometheus::Registry& registry;
  prometheus::Counter& replays;           // creations answered by an earlier one with the same key
  prometheus::Counter& unknown_outcomes;  // calls to the processor whose answer was lost
  prometheus::Counter& recovered;         // outcomes found out afterwards
  prometheus::Counter& job_failures;      // captures and releases that must be tried again

 private:
  prometheus::Counter& captured_cents_;
};

}  // namespace tamarack::payments
