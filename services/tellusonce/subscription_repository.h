#pragma once

#include "platform/auth/owner.h"
#include "platform/postgres/postgres.h"

#include "tamarack/tellusonce/v1/subscription_service.pb.h"

#include <string_view>
#include <vector>

namespace tamarack::tellusonce {

// Table `subscription`. The only file pair that holds SQL about subscriptions.
class SubscriptionRepository {
 public:
  explicit SubscriptionRepository(pg::Pool& pool) : pool_(pool) {}

  Async<v1::Subscription> Insert(pg::Tx& tx, const v1::Subscription& subscription);
  // In the order they were made: all, for administrators;
  Async<std::vector<v1::Subscription>> ListAll();
  // a ministry's;
  Async<std::vector<v1::Subscription>> ListOf(const auth::Owner& ministry);
  // those of a person's mode. Who can still be told says is_enabled.
  Async<std::vector<v1::Subscription>> ListFor(auth::Mode mode);

 private:
  Async<std::vector<v1::Subscription>> List(std::string_view ministry_id, std::string_view mode);

  pg::Pool& pool_;
};

}  // namespace tamarack::tellusonce
