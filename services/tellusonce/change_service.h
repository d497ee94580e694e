#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/client.h"
#include "platform/rpc/unary.h"
#include "services/tellusonce/change_repository.h"
#include "services/tellusonce/subscription_repository.h"

#include <functional>
#include <memory>

namespace tamarack::tellusonce {

// The person's pages. `identity` answers who the person is to each ministry; `on_recorded` wakes
// the dispatcher and the directory's sync.
std::unique_ptr<grpc::Service> MakeChangeService(rpc::Interceptor& rpc,
                                                 const pages::Renderer& renderer,
                                                 SubscriptionRepository& subscriptions,
                                                 ChangeRepository& changes, rpc::Client& identity,
                                                 std::function<void()> on_recorded);

}  // namespace tamarack::tellusonce
