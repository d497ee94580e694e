#pragma once

#include "platform/idempotency/once.h"
#include "platform/webhooks/outbox.h"

#include <memory>

namespace grpc {
class Service;
}
namespace tamarack::rpc {
class Interceptor;
}

namespace tamarack::payments {

// tamarack.payments.v1.WebhookService.
std::unique_ptr<grpc::Service> MakeWebhookService(rpc::Interceptor& interceptor,
                                                  webhooks::Outbox& outbox,
                                                  idempotency::Once& once);

}  // namespace tamarack::payments
