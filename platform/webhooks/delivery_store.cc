#include "platform/webhooks/delivery_store.h"

#include "platform/base/clock.h"
#include "platform/base/id.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/lanes.h"

namespace tamarack::webhooks {
namespace {

// One index probe per endpoint, so that the backlog of one is never waded through for another; in
// random order, so that none is always last. ARRAY and LIMIT 1 keep the planner, which overrates
// the number of rows, from scanning whole tables.
constexpr pg::Statement kClaim{"webhook_delivery.claim", R"sql(
  WITH due AS (
    SELECT head.delivery_id
    FROM (SELECT endpoint_id FROM webhook_endpoint
          WHERE enabled AND paused_until <= now() ORDER BY random()) AS e
    LEFT JOIN unnest($3::uuid[], $4::int[]) AS busy (endpoint_id, count) USING (endpoint_id)
    CROSS JOIN LATERAL (
      SELECT d.delivery_id FROM webhook_delivery d
      WHERE d.endpoint_id = e.endpoint_id AND d.due_at <= now()
      ORDER BY d.due_at
      LIMIT greatest($2::int - coalesce(busy.count, 0), 0)
      FOR UPDATE SKIP LOCKED) AS head
    LIMIT $1::int
  ), claimed AS (
    UPDATE webhook_delivery d
    SET claim = $5::uuid, due_at = now() + $6::bigint * interval '1 millisecond'
    WHERE d.delivery_id = ANY (ARRAY(SELECT delivery_id FROM due))
    RETURNING d.delivery_id, d.endpoint_id, d.attempts, d.created_at, d.event_id
  )
  SELECT c.delivery_id, c.endpoint_id, e.url, e.sealed_secret, c.attempts, c.created_at,
         v.event_id, v.type, v.source, v.subject, v.created_at, v.data
  FROM claimed c JOIN webhook_endpoint e USING (endpoint_id)
  CROSS JOIN LATERAL (SELECT * FROM event WHERE event_id = c.event_id LIMIT 1) AS v
  ORDER BY c.delivery_id)sql"};

constexpr pg::Statement kFinish{"webhook_delivery.finish", R"sql(
  WITH result AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::smallint[], $4::smallint[], $5::text[],
                         $6::bigint[], $7::timestamptz[], $8::int[], $9::boolean[])
      AS r (delivery_id, claim, state, status, error, retry_ms, started_at, duration_ms, is_attempt)
  ), finished AS (
    UPDATE webhook_delivery d
    SET state = r.state, attempts = d.attempts + r.is_attempt::int, claim = NULL,
        last_status = r.status, last_error = r.error,
        due_at = CASE WHEN r.state = 1 THEN now() + r.retry_ms * interval '1 millisecond' END,
        finished_at = CASE WHEN r.state <> 1 THEN now() END
    FROM result r WHERE d.delivery_id = r.delivery_id AND d.claim = r.claim
    RETURNING r.*
  )
  INSERT INTO webhook_attempt (delivery_id, started_at, duration_ms, status, error)
  SELECT delivery_id, started_at, duration_ms, status, error FROM finished WHERE is_attempt)sql"};

constexpr pg::Statement kPause{"webhook_endpoint.pause", R"sql(
  UPDATE webhook_endpoint e
  SET paused_until = greatest(e.paused_until, now() + p.pause_ms * interval '1 millisecond')
  FROM (SELECT endpoint_id, max(pause_ms) AS pause_ms
        FROM unnest($1::uuid[], $2::bigint[]) AS p (endpoint_id, pause_ms) GROUP BY endpoint_id) AS p
  WHERE e.endpoint_id = p.endpoint_id)sql"};

constexpr pg::Statement kDisable{"webhook_endpoint.disable", R"sql(
  UPDATE webhook_endpoint SET enabled = false, disabled_reason = 'gone'
  WHERE endpoint_id = ANY($1::uuid[]) AND enabled)sql"};

// What is in flight is left to its own end.
constexpr pg::Statement kListDisabled{"webhook_delivery.list_disabled", R"sql(
  SELECT d.delivery_id, d.endpoint_id, d.subject
  FROM webhook_endpoint e JOIN webhook_delivery d USING (endpoint_id)
  WHERE NOT e.enabled AND d.state = 1 AND (d.claim IS NULL OR d.due_at <= now())
  ORDER BY d.delivery_id LIMIT 1000)sql"};

constexpr pg::Statement kPark{"webhook_delivery.park", R"sql(
  UPDATE webhook_delivery d
  SET state = 3, due_at = NULL, claim = NULL, finished_at = now(), last_error = 'endpoint_disabled'
  FROM webhook_endpoint e
  WHERE d.delivery_id = ANY($1::bigint[]) AND d.state = 1 AND (d.claim IS NULL OR d.due_at <= now())
    AND e.endpoint_id = d.endpoint_id AND NOT e.enabled)sql"};

ClaimedDelivery Decode(const pg::Rows& rows, int row, const std::string& claim) {
  ClaimedDelivery delivery;
  delivery.id = rows.Int(row, 0);
  delivery.claim = claim;
  delivery.endpoint_id = rows.Text(row, 1);
  delivery.url = rows.Text(row, 2);
  delivery.sealed_secret = rows.Text(row, 3);
  delivery.attempts = static_cast<int>(rows.Int(row, 4));
  delivery.created_at = absl::FromUnixMicros(rows.TimeMicros(row, 5));
  StoredEvent& event = delivery.event;
  event.id = rows.Text(row, 6);
  event.type = rows.Text(row, 7);
  event.source = rows.Text(row, 8);
  event.subject = rows.Text(row, 9);
  event.created_at = absl::FromUnixMicros(rows.TimeMicros(row, 10));
  event.data = rows.Text(row, 11);
  return delivery;
}

// The parameters of Finish, one vector per column.
struct Columns {
  std::vector<int64_t> ids, retry_ms;
  std::vector<int> states, statuses, durations_ms;
  std::vector<std::string> claims, errors;
  std::vector<TimePoint> started;
  std::vector<bool> are_attempts;
  // The lanes whose heads are finished.
  std::vector<std::string> lane_endpoints, lane_subjects;
  std::vector<std::string> paused, disabled;
  std::vector<int64_t> pauses_ms;

  void Add(const FinishedAttempt& finished) {
    const auto& [delivery, attempt, verdict] = finished;
    ids.push_back(delivery.id);
    claims.push_back(delivery.claim);
    states.push_back(static_cast<int>(verdict.state));
    statuses.push_back(verdict.status);
    errors.push_back(verdict.error);
    retry_ms.push_back(absl::ToInt64Milliseconds(verdict.retry_in));
    started.push_back(FromUnixMicros(absl::ToUnixMicros(attempt.started_at)));
    durations_ms.push_back(attempt.duration_ms);
    are_attempts.push_back(verdict.is_attempt);
    if (verdict.state != DeliveryState::kPending) {
      lane_endpoints.push_back(delivery.endpoint_id);
      lane_subjects.push_back(delivery.event.subject);
    }
    if (verdict.pause_endpoint > absl::ZeroDuration()) {
      paused.push_back(delivery.endpoint_id);
      pauses_ms.push_back(absl::ToInt64Milliseconds(verdict.pause_endpoint));
    }
    if (verdict.disable_endpoint) disabled.push_back(delivery.endpoint_id);
  }
};

}  // namespace

Async<std::vector<ClaimedDelivery>> DeliveryStore::Claim(
    const ClaimLimits& limits, const std::map<std::string, int>& in_flight) {
  std::vector<std::string> endpoints;
  std::vector<int> counts;
  for (const auto& [endpoint, count] : in_flight) {
    endpoints.push_back(endpoint);
    counts.push_back(count);
  }
  std::string claim = NewUuid();
  CO_ASSIGN_OR_RETURN(
      auto rows, co_await pool_.Query(kClaim, limits.batch_max, limits.per_endpoint_max, endpoints,
                                      counts, claim, limits.lease.count()));
  std::vector<ClaimedDelivery> claimed;
  for (int row = 0; row < rows.size(); ++row) claimed.push_back(Decode(rows, row, claim));
  co_return claimed;
}

AsyncStatus DeliveryStore::Finish(const std::vector<FinishedAttempt>& attempts) {
  Columns c;
  for (const FinishedAttempt& attempt : attempts) c.Add(attempt);
  std::vector<pg::Call> calls;
  if (!c.lane_subjects.empty()) calls.emplace_back(kLockLanes, c.lane_subjects);
  calls.emplace_back(kFinish, c.ids, c.claims, c.states, c.statuses, c.errors, c.retry_ms,
                     c.started, c.durations_ms, c.are_attempts);
  if (!c.lane_subjects.empty()) calls.emplace_back(kPromote, c.lane_endpoints, c.lane_subjects);
  if (!c.paused.empty()) calls.emplace_back(kPause, c.paused, c.pauses_ms);
  if (!c.disabled.empty()) calls.emplace_back(kDisable, c.disabled);
  co_return (co_await pool_.QueryAll(std::move(calls))).status();
}

Async<int64_t> DeliveryStore::ParkDisabled() {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListDisabled));
  if (rows.empty()) co_return int64_t{0};
  std::vector<int64_t> ids;
  std::vector<std::string> endpoints, subjects;
  for (int row = 0; row < rows.size(); ++row) {
    ids.push_back(rows.Int(row, 0));
    endpoints.emplace_back(rows.Text(row, 1));
    subjects.emplace_back(rows.Text(row, 2));
  }
  CO_ASSIGN_OR_RETURN(auto results,
                      co_await pool_.QueryAll(pg::Call(kLockLanes, subjects), pg::Call(kPark, ids),
                                              pg::Call(kPromote, endpoints, subjects)));
  co_return results[1].affected();
}

}  // namespace tamarack::webhooks
