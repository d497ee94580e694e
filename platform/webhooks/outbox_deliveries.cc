// The part of Outbox that reads deliveries and sends them again.
#include "platform/webhooks/outbox.h"

#include "platform/postgres/composed.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/lanes.h"

#include <algorithm>

namespace tamarack::webhooks {
namespace {

constexpr int kListMax = 1000;

#define DELIVERY_COLUMNS                                                               \
  "d.delivery_id, d.event_id, v.type, d.subject, d.endpoint_id, d.state, d.attempts, " \
  "d.last_status, d.last_error, d.created_at, d.finished_at, "                         \
  "CASE WHEN d.claim IS NULL THEN d.due_at ELSE now() END"

constexpr pg::Statement kListOfEvents{"webhook_delivery.list_of_events",
                                      "SELECT " DELIVERY_COLUMNS
                                      " FROM webhook_delivery d JOIN event v USING (event_id) "
                                      "WHERE d.event_id = ANY ($1::uuid[]) ORDER BY d.delivery_id"};

constexpr pg::Statement kListAttempts{"webhook_attempt.list",
                                      "SELECT started_at, duration_ms, status, error FROM "
                                      "webhook_attempt WHERE delivery_id = $1 ORDER BY attempt_id"};

constexpr pg::Statement kReplay{"webhook_delivery.replay",
                                "UPDATE webhook_delivery SET state = 1, attempts = 0, "
                                "finished_at = NULL, last_status = 0, last_error = '' "
                                "WHERE delivery_id = ANY ($1::bigint[]) AND state <> 1"};

absl::Time TimeOr(const pg::Rows& rows, int row, int column, absl::Time otherwise) {
  return rows.IsNull(row, column) ? otherwise : absl::FromUnixMicros(rows.TimeMicros(row, column));
}

Delivery Decode(const pg::Rows& rows, int row) {
  Delivery delivery;
  delivery.id = rows.Int(row, 0);
  delivery.event_id = rows.Text(row, 1);
  delivery.event_type = rows.Text(row, 2);
  delivery.subject = rows.Text(row, 3);
  delivery.endpoint_id = rows.Text(row, 4);
  delivery.state = static_cast<DeliveryState>(rows.Int(row, 5));
  delivery.attempts = static_cast<int>(rows.Int(row, 6));
  delivery.last_status = static_cast<int>(rows.Int(row, 7));
  delivery.last_error = rows.Text(row, 8);
  delivery.created_at = absl::FromUnixMicros(rows.TimeMicros(row, 9));
  delivery.finished_at = TimeOr(rows, row, 10, absl::InfiniteFuture());
  delivery.due_at = TimeOr(rows, row, 11, absl::InfiniteFuture());
  return delivery;
}

std::vector<Delivery> DecodeAll(const pg::Rows& rows) {
  std::vector<Delivery> deliveries;
  for (int row = 0; row < rows.size(); ++row) deliveries.push_back(Decode(rows, row));
  return deliveries;
}

void AddFilter(pg::Composed& list, const DeliveryFilter& f) {
  list.Add(
      " FROM webhook_delivery d JOIN event v USING (event_id) "
      "JOIN webhook_endpoint o USING (endpoint_id) WHERE true");
  auto owner = f.owner.value_or(auth::Owner{});
  list.AddIf(f.owner.has_value(), " AND o.tenant_id = $? AND o.mode = $?", owner.id,
             owner.mode_name());
  list.AddIf(!f.endpoint_id.empty(), " AND d.endpoint_id = $?", f.endpoint_id);
  list.AddIf(!f.event_id.empty(), " AND d.event_id = $?", f.event_id);
  list.AddIf(!f.subject.empty(), " AND d.subject = $?", f.subject);
  list.AddIf(f.state.has_value(), " AND d.state = $?", f.state.value_or(DeliveryState::kPending));
  list.AddIf(f.before_id != 0, " AND d.delivery_id < $?", f.before_id);
}

int LimitOf(const DeliveryFilter& f) {
  return std::clamp(f.limit, 1, kListMax);
}

}  // namespace

Async<std::vector<Delivery>> Outbox::ListDeliveries(DeliveryFilter filter) {
  pg::Composed list("webhook_delivery.list", "SELECT " DELIVERY_COLUMNS);
  AddFilter(list, filter);
  list.Add(" ORDER BY d.delivery_id DESC LIMIT $?", LimitOf(filter));
  CO_ASSIGN_OR_RETURN(auto results, co_await pool_.QueryAll(list.Bind()));
  co_return DecodeAll(results.front());
}

Async<std::vector<Delivery>> Outbox::DeliveriesOf(std::vector<std::string> event_ids) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListOfEvents, event_ids));
  co_return DecodeAll(rows);
}

Async<std::vector<Attempt>> Outbox::ListAttempts(int64_t delivery_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListAttempts, delivery_id));
  std::vector<Attempt> attempts;
  for (int row = 0; row < rows.size(); ++row) {
    attempts.push_back({absl::FromUnixMicros(rows.TimeMicros(row, 0)),
                        static_cast<int>(rows.Int(row, 1)), static_cast<int>(rows.Int(row, 2)),
                        std::string(rows.Text(row, 3))});
  }
  co_return attempts;
}

Async<int64_t> Outbox::Replay(DeliveryFilter filter) {
  pg::Composed list("webhook_delivery.list_replayable",
                    "SELECT d.delivery_id, d.endpoint_id, d.subject");
  AddFilter(list, filter);
  list.Add(" AND d.state <> 1 AND o.enabled ORDER BY d.delivery_id LIMIT $?", LimitOf(filter));
  CO_ASSIGN_OR_RETURN(auto found, co_await pool_.QueryAll(list.Bind()));
  const pg::Rows& rows = found.front();
  if (rows.empty()) co_return int64_t{0};
  std::vector<int64_t> ids;
  std::vector<std::string> endpoints, subjects;
  for (int row = 0; row < rows.size(); ++row) {
    ids.push_back(rows.Int(row, 0));
    endpoints.emplace_back(rows.Text(row, 1));
    subjects.emplace_back(rows.Text(row, 2));
  }
  CO_ASSIGN_OR_RETURN(auto results,
                      co_await pool_.QueryAll(pg::BoundStatement(kLockLanes, subjects),
                                              pg::BoundStatement(kReplay, ids),
                                              pg::BoundStatement(kPromote, endpoints, subjects)));
  co_return results[1].affected();
}

}  // namespace tamarack::webhooks
