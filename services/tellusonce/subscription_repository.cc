#include "services/tellusonce/subscription_repository.h"

#include "platform/postgres/composed.h"

namespace tamarack::tellusonce {
namespace {

#define SUBSCRIPTION_COLUMNS                                                                   \
  "subscription_id, ministry_id, name_en, name_fr, purpose_en, purpose_fr, change_type, url, " \
  "return_origins, mode"
#define SUBSCRIPTION_FIELDS                                                                 \
  SUBSCRIPTION_COLUMNS                                                                      \
  ", EXISTS (SELECT FROM webhook_endpoint e WHERE e.tenant_id = subscription_id::text AND " \
  "e.enabled)"

constexpr pg::Statement kInsert{"subscription.insert",
                                R"sql(
  INSERT INTO subscription ()sql" SUBSCRIPTION_COLUMNS
                                R"sql() VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  RETURNING )sql" SUBSCRIPTION_FIELDS};
v1::Subscription Decode(const pg::Rows& rows, int row) {
  v1::Subscription subscription;
  subscription.set_subscription_id(std::string(rows.Text(row, 0)));
  subscription.set_ministry_id(std::string(rows.Text(row, 1)));
  subscription.set_name_en(std::string(rows.Text(row, 2)));
  subscription.set_name_fr(std::string(rows.Text(row, 3)));
  subscription.set_purpose_en(std::string(rows.Text(row, 4)));
  subscription.set_purpose_fr(std::string(rows.Text(row, 5)));
  subscription.set_change_type(std::string(rows.Text(row, 6)));
  subscription.set_url(std::string(rows.Text(row, 7)));
  for (auto& origin : rows.TextArray(row, 8)) subscription.add_return_origins(std::move(origin));
  subscription.set_mode(std::string(rows.Text(row, 9)));
  subscription.set_is_enabled(rows.Bool(row, 10));
  return subscription;
}

}  // namespace

Async<v1::Subscription> SubscriptionRepository::Insert(pg::Tx& tx,
                                                       const v1::Subscription& subscription) {
  std::vector<std::string> origins(subscription.return_origins().begin(),
                                   subscription.return_origins().end());
  CO_ASSIGN_OR_RETURN(
      auto rows,
      co_await tx.Query(kInsert, subscription.subscription_id(), subscription.ministry_id(),
                        subscription.name_en(), subscription.name_fr(), subscription.purpose_en(),
                        subscription.purpose_fr(), subscription.change_type(), subscription.url(),
                        origins, subscription.mode()));
  co_return Decode(rows, 0);
}

Async<std::vector<v1::Subscription>> SubscriptionRepository::List(std::string_view ministry_id,
                                                                  std::string_view mode) {
  pg::Composed list("subscription.list",
                    "SELECT " SUBSCRIPTION_FIELDS " FROM subscription WHERE true");
  list.AddIf(!ministry_id.empty(), " AND ministry_id = $?", ministry_id);
  list.AddIf(!mode.empty(), " AND mode = $?", mode);
  list.Add(" ORDER BY created_at, subscription_id LIMIT 1000");
  CO_ASSIGN_OR_RETURN(auto results, co_await pool_.QueryAll(list.Bind()));
  const pg::Rows& rows = results.front();
  std::vector<v1::Subscription> subscriptions;
  for (int row = 0; row < rows.size(); ++row) subscriptions.push_back(Decode(rows, row));
  co_return subscriptions;
}

Async<std::vector<v1::Subscription>> SubscriptionRepository::ListAll() {
  return List("", "");
}

Async<std::vector<v1::Subscription>> SubscriptionRepository::ListOf(const auth::Owner& ministry) {
  return List(ministry.id, ministry.mode_name());
}

Async<std::vector<v1::Subscription>> SubscriptionRepository::ListFor(auth::Mode mode) {
  return List("", auth::ModeName(mode));
}

}  // namespace tamarack::tellusonce
