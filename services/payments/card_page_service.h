#pragma once

#include "platform/base/clock.h"
#include "platform/pages/pages.h"
#include "services/payments/payer_access.h"
#include "services/payments/payment_metrics.h"
#include "services/payments/payment_moves.h"
#include "services/payments/payment_repository.h"
#include "services/payments/processors/processor.h"

#include <chrono>
#include <memory>

namespace grpc {
class Service;
}
namespace tamarack::rpc {
class Interceptor;
}

namespace tamarack::payments {

struct CardPageOptions {
  // When the processor is asked what became of an authorisation whose answer nobody recorded: later
  // than the call to it can still be running.
  std::chrono::milliseconds check_after{15'000};
  Clock clock = SystemClock();
};

// tamarack.payments.v1.CardPageService. Everything passed must outlive it.
std::unique_ptr<grpc::Service> MakeCardPageService(
    rpc::Interceptor& interceptor, const pages::Renderer& renderer, PaymentRepository& repository,
    PaymentMoves& moves, Processor& processor, const PayerAccess& access, PaymentMetrics& metrics,
    CardPageOptions options = {});

}  // namespace tamarack::payments
