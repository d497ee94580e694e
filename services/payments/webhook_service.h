#pragma once

#include "platform/idempotency/once.h"
#include "platform/webhooks/outbox.h"

#include <memory>

namespace grpc {
class Service;
}
namespace tamarack::rpc {
class Client;
class Interceptor;
}  // namespace tamarack::rpc

namespace tamarack::payments {

// tamarack.payments.v1.WebhookService. `identity` knows which services there are.
std::unique_ptr<grpc::Service> MakeWebhookService(rpc::Interceptor& interceptor,
                                                  webhooks::Outbox& outbox, idempotency::Once& once,
                                                  rpc::Client& identity);

}  // namespace tamarack::payments
