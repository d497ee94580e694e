#pragma once

#include "platform/base/clock.h"
#include "services/payments/payer_access.h"
#include "services/payments/payment_metrics.h"
#include "services/payments/payment_moves.h"
#include "services/payments/payment_repository.h"
#include "services/payments/payment_view.h"

#include <memory>

namespace grpc {
class Service;
}
namespace tamarack::rpc {
class Interceptor;
}

namespace tamarack::payments {

// tamarack.payments.v1.PaymentService. Everything passed must outlive it.
std::unique_ptr<grpc::Service> MakePaymentService(rpc::Interceptor& interceptor,
                                                  PaymentRepository& repository,
                                                  PaymentMoves& moves, const PayerAccess& access,
                                                  PaymentMetrics& metrics, PublicUrls urls,
                                                  Clock clock = SystemClock());

}  // namespace tamarack::payments
