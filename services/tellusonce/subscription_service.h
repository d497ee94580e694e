#pragma once

#include "platform/idempotency/once.h"
#include "platform/rpc/client.h"
#include "platform/rpc/unary.h"
#include "services/tellusonce/delivery_repository.h"
#include "services/tellusonce/subscription_repository.h"

#include <memory>

namespace tamarack::tellusonce {

std::unique_ptr<grpc::Service> MakeSubscriptionService(
    rpc::Interceptor& rpc, SubscriptionRepository& subscriptions, DeliveryRepository& deliveries,
    webhooks::Outbox& outbox, idempotency::Once& once, rpc::Client& identity);

}  // namespace tamarack::tellusonce
