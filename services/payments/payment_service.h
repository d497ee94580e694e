#pragma once

#include "platform/base/clock.h"
#include "platform/idempotency/once.h"
#include "services/payments/payer_access.h"
#include "services/payments/payment_metrics.h"
#include "services/payments/payment_moves.h"
#include "services/payments/payment_repository.h"
#include "services/payments/payment_view.h"

#include <chrono>
#include <memory>

namespace grpc {
class Service;
}
namespace tamarack::rpc {
class Interceptor;
}

namespace tamarack::payments {

// How long a key finds the payment that it made: longer than anybody repeats a request.
inline constexpr std::chrono::hours kKeysKept(30 * 24);

// tamarack.payments.v1.PaymentService. Everything passed must outlive it.
std::unique_ptr<grpc::Service> MakePaymentService(rpc::Interceptor& interceptor,
                                                  PaymentRepository& repository,
                                                  PaymentMoves& moves, const PayerAccess& access,
                                                  idempotency::Once& once, PaymentMetrics& metrics,
                                                  PublicUrls urls, Clock clock = SystemClock());

}  // namespace tamarack::payments
