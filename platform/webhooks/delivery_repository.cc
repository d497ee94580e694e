#include "platform/webhooks/delivery_repository.h"

#include "platform/base/clock.h"
#include "platform/base/id.h"
#include "platform/postgres/postgres.h"
#include "platform/webhooks/lanes.h"

#include <algorithm>

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
    LEFT JOIN unnest($3::uuid[], $4::int[]) AS limited (endpoint_id, room) USING (endpoint_id)
    CROSS JOIN LATERAL (
      SELECT d.delivery_id FROM webhook_delivery d
      WHERE d.endpoint_id = e.endpoint_id AND d.due_at <= now()
      ORDER BY d.due_at
      LIMIT coalesce(limited.room, $2::int)
      FOR UPDATE SKIP LOCKED) AS head
    LIMIT $1::int
  ), claimed AS (
    UPDATE webhook_delivery d
    SET claim = $5::uuid, due_at = now() + $6::bigint * interval '1 millisecond'
    WHERE d.delivery_id = ANY (ARRAY(SELECT delivery_id FROM due))
    RETURNING d.delivery_id, d.endpoint_id, d.attempts, d.created_at, d.event_id
  )
  SELECT c.delivery_id, c.endpoint_id, e.url, e.sealed_secret, e.failing_since IS NOT NULL,
         c.attempts, c.created_at, v.event_id, v.type, v.source, v.subject, v.created_at, v.data,
         v.traceparent
  FROM claimed c JOIN webhook_endpoint e USING (endpoint_id)
  CROSS JOIN LATERAL (SELECT * FROM event WHERE event_id = c.event_id LIMIT 1) AS v
  ORDER BY c.delivery_id)sql"};

// Nothing is postponed but by Finish. The oldest of each endpoint is found by itself.
constexpr work::QueueSql kQueue{
    "webhooks",
    {"webhook_delivery.renew",
     WORK_RENEW("webhook_delivery", "delivery_id", "bigint", "due_at", "claim")},
    {},
    {"webhook_delivery.measure", "SELECT " WORK_COUNT("webhook_delivery", "state = 1",
                                                      "endpoint_id, created_at") R"sql(, coalesce((
    SELECT extract(epoch FROM now() - min(first.created_at))::bigint
    FROM webhook_endpoint e CROSS JOIN LATERAL (
      SELECT created_at FROM webhook_delivery d WHERE d.endpoint_id = e.endpoint_id AND d.state = 1
      ORDER BY created_at LIMIT 1) AS first), 0), )sql" WORK_COUNT("webhook_delivery", "state = 3",
                                                                   "finished_at")}};

// Of the last 1,000 events. An endpoint of less than a minute before may have been made meanwhile.
constexpr pg::Statement kWithoutDelivery{"event.without_delivery", R"sql(
  SELECT count(*)
  FROM (SELECT event_id, tenant_id, mode, type, created_at FROM event
        ORDER BY sequence DESC LIMIT 1000) AS v
  JOIN webhook_endpoint e ON e.tenant_id = v.tenant_id AND e.mode = v.mode AND e.enabled
    AND e.created_at < v.created_at - interval '1 minute'
    AND (e.event_types = '{}' OR v.type = ANY (e.event_types))
  WHERE v.created_at > now() - interval '1 day' AND NOT EXISTS (
    SELECT FROM webhook_delivery d
    WHERE d.event_id = v.event_id AND d.endpoint_id = e.endpoint_id))sql"};

constexpr pg::Statement kFinish{"webhook_delivery.finish", R"sql(
  WITH result AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::smallint[], $4::smallint[], $5::text[],
                         $6::bigint[], $7::timestamptz[], $8::int[], $9::boolean[], $10::boolean[])
      AS r (delivery_id, token, state, status, error, retry_ms, started_at, duration_ms, is_attempt,
            is_counted)
  ), finished AS (
    UPDATE webhook_delivery d
    SET state = r.state, attempts = d.attempts + r.is_counted::int, claim = NULL,
        last_status = r.status, last_error = r.error,
        due_at = CASE WHEN r.state = 1 THEN now() + r.retry_ms * interval '1 millisecond' END,
        finished_at = CASE WHEN r.state <> 1 THEN now() END
    FROM result r WHERE d.delivery_id = r.delivery_id AND d.claim = r.token
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

constexpr pg::Statement kNoteFailing{"webhook_endpoint.note_failing", R"sql(
  UPDATE webhook_endpoint SET failing_since = now()
  WHERE endpoint_id = ANY($1::uuid[]) AND failing_since IS NULL)sql"};

constexpr pg::Statement kNoteReached{"webhook_endpoint.note_reached", R"sql(
  UPDATE webhook_endpoint SET failing_since = NULL
  WHERE endpoint_id = ANY($1::uuid[]) AND failing_since IS NOT NULL)sql"};

// $1 milliseconds. What is in flight is left to its own end.
#define LOST_ENDPOINT \
  "(NOT e.enabled OR e.failing_since <= now() - $1::bigint * interval '1 millisecond')"
#define LOST_DELIVERY                                                                \
  "d.state = 1 AND (d.claim IS NULL OR d.due_at <= now()) AND d.created_at <= CASE " \
  "WHEN e.enabled THEN now() - $1::bigint * interval '1 millisecond' ELSE 'infinity' END"
// One index probe per lost endpoint, however much was ever sent to it.
constexpr pg::Statement kListLost{"webhook_delivery.list_lost", R"sql(
  SELECT d.delivery_id, e.endpoint_id, d.subject
  FROM webhook_endpoint e CROSS JOIN LATERAL (
    SELECT d.delivery_id, d.subject FROM webhook_delivery d
    WHERE d.endpoint_id = e.endpoint_id AND )sql" LOST_DELIVERY R"sql(
    ORDER BY d.created_at LIMIT $2::int) AS d
  WHERE )sql" LOST_ENDPOINT " LIMIT $2::int"};

constexpr pg::Statement kPark{"webhook_delivery.park", R"sql(
  UPDATE webhook_delivery d
  SET state = 3, due_at = NULL, claim = NULL, finished_at = now(),
      last_error = CASE WHEN e.enabled THEN 'endpoint_out_of_order' ELSE 'endpoint_disabled' END
  FROM webhook_endpoint e
  WHERE d.delivery_id = ANY($2::bigint[]) AND e.endpoint_id = d.endpoint_id
    AND )sql" LOST_DELIVERY " AND " LOST_ENDPOINT};

constexpr pg::Statement kForget{"webhook_delivery.forget", R"sql(
  WITH old AS (
    SELECT delivery_id FROM webhook_delivery
    WHERE state = 2 AND finished_at < now() - make_interval(days => $2)
    ORDER BY finished_at LIMIT $1::int FOR UPDATE SKIP LOCKED
  ), attempts AS (
    DELETE FROM webhook_attempt WHERE delivery_id = ANY (ARRAY(SELECT delivery_id FROM old))
  )
  DELETE FROM webhook_delivery WHERE delivery_id = ANY (ARRAY(SELECT delivery_id FROM old)))sql"};
// By its place in the log, so that those that stay cost each sweep one look, not each batch.
constexpr pg::Statement kForgetEvents{"event.forget", R"sql(
  WITH old AS (
    SELECT sequence, event_id FROM (SELECT * FROM event WHERE sequence > $3 ORDER BY sequence LIMIT $1::int) AS next
    WHERE created_at < now() - make_interval(days => $2)
  ), forgotten AS (
    DELETE FROM event WHERE event_id = ANY (ARRAY(
      SELECT o.event_id FROM old o LEFT JOIN LATERAL (
        SELECT d.event_id FROM webhook_delivery d WHERE d.event_id = o.event_id LIMIT 1) AS needed ON true
      WHERE needed.event_id IS NULL))
  )
  SELECT count(*), max(sequence) FROM old)sql"};

ClaimedDelivery Decode(const pg::Rows& rows, int row, const std::string& token) {
  ClaimedDelivery delivery;
  delivery.id = rows.Int(row, 0);
  delivery.claim_token = token;
  delivery.endpoint_id = rows.Text(row, 1);
  delivery.url = rows.Text(row, 2);
  delivery.sealed_secret = rows.Text(row, 3);
  delivery.is_endpoint_failing = rows.Bool(row, 4);
  delivery.attempts = static_cast<int>(rows.Int(row, 5));
  delivery.created_at = absl::FromUnixMicros(rows.TimeMicros(row, 6));
  StoredEvent& event = delivery.event;
  event.id = rows.Text(row, 7);
  event.type = rows.Text(row, 8);
  event.source = rows.Text(row, 9);
  event.subject = rows.Text(row, 10);
  event.created_at = absl::FromUnixMicros(rows.TimeMicros(row, 11));
  event.data = rows.Text(row, 12);
  delivery.origin = rows.Text(row, 13);
  return delivery;
}

// The parameters of Finish, one vector per column.
struct Columns {
  std::vector<int64_t> ids, retry_ms;
  std::vector<int> states, statuses, durations_ms;
  std::vector<std::string> tokens, errors;
  std::vector<TimePoint> started;
  std::vector<bool> are_attempts, are_counted;
  // The lanes whose heads are finished.
  std::vector<std::string> lane_endpoints, lane_subjects;
  std::vector<std::string> paused, disabled, failing, reached;
  std::vector<int64_t> pauses_ms;

  void Add(const FinishedAttempt& finished) {
    const auto& [delivery, attempt, verdict] = finished;
    ids.push_back(delivery.id);
    tokens.push_back(delivery.claim_token);
    states.push_back(static_cast<int>(verdict.state));
    statuses.push_back(verdict.status);
    errors.push_back(verdict.error);
    retry_ms.push_back(absl::ToInt64Milliseconds(verdict.retry_in));
    started.push_back(FromUnixMicros(absl::ToUnixMicros(attempt.started_at)));
    durations_ms.push_back(attempt.duration_ms);
    are_attempts.push_back(verdict.is_attempt);
    are_counted.push_back(verdict.is_attempt && !verdict.is_outage);
    if (verdict.state != DeliveryState::kPending) {
      lane_endpoints.push_back(delivery.endpoint_id);
      lane_subjects.push_back(delivery.event.subject);
    }
    if (verdict.pause_endpoint > absl::ZeroDuration()) {
      paused.push_back(delivery.endpoint_id);
      pauses_ms.push_back(absl::ToInt64Milliseconds(verdict.pause_endpoint));
    }
    if (verdict.disable_endpoint) disabled.push_back(delivery.endpoint_id);
    if (verdict.is_outage && !delivery.is_endpoint_failing) failing.push_back(delivery.endpoint_id);
    if (verdict.contact == work::Contact::kReached && delivery.is_endpoint_failing) {
      reached.push_back(delivery.endpoint_id);
    }
  }
};

}  // namespace

Async<std::vector<ClaimedDelivery>> DeliveryRepository::Claim(const work::Room& room) {
  std::vector<std::string> endpoints;
  std::vector<int> rooms;
  for (const auto& [endpoint, left] : room.limited) {
    endpoints.push_back(endpoint);
    rooms.push_back(left);
  }
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaim, room.jobs, room.share, endpoints,
                                                      rooms, token, room.lease.count()));
  std::vector<ClaimedDelivery> claimed;
  for (int row = 0; row < rows.size(); ++row) claimed.push_back(Decode(rows, row, token));
  co_return claimed;
}

work::Queue DeliveryRepository::queue() const {
  return {pool_, kQueue};
}

AsyncStatus DeliveryRepository::Finish(std::span<const FinishedAttempt> attempts) {
  Columns c;
  for (const FinishedAttempt& attempt : attempts) c.Add(attempt);
  std::vector<pg::BoundStatement> statements;
  if (!c.lane_subjects.empty()) statements.emplace_back(kLockLanes, c.lane_subjects);
  statements.emplace_back(kFinish, c.ids, c.tokens, c.states, c.statuses, c.errors, c.retry_ms,
                          c.started, c.durations_ms, c.are_attempts, c.are_counted);
  if (!c.lane_subjects.empty())
    statements.emplace_back(kPromote, c.lane_endpoints, c.lane_subjects);
  if (!c.paused.empty()) statements.emplace_back(kPause, c.paused, c.pauses_ms);
  if (!c.disabled.empty()) statements.emplace_back(kDisable, c.disabled);
  if (!c.failing.empty()) statements.emplace_back(kNoteFailing, c.failing);
  if (!c.reached.empty()) statements.emplace_back(kNoteReached, c.reached);
  co_return (co_await pool_.QueryAll(std::move(statements))).status();
}

Async<int64_t> DeliveryRepository::CountWithoutDelivery() {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kWithoutDelivery));
  co_return rows.Int(0, 0);
}

Async<int64_t> DeliveryRepository::ParkLost(absl::Duration patience, int limit) {
  int64_t patience_ms = absl::ToInt64Milliseconds(patience);
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListLost, patience_ms, limit));
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
                                              pg::BoundStatement(kPark, patience_ms, ids),
                                              pg::BoundStatement(kPromote, endpoints, subjects)));
  co_return results[1].affected();
}

Async<int64_t> DeliveryRepository::Forget(int days, int limit, int64_t& after) {
  CO_ASSIGN_OR_RETURN(auto deliveries, co_await pool_.Query(kForget, limit, days));
  CO_ASSIGN_OR_RETURN(auto events, co_await pool_.Query(kForgetEvents, limit, days, after));
  int64_t looked_at = events.Int(0, 0);
  after = looked_at < limit ? 0 : events.Int(0, 1);
  co_return std::max(deliveries.affected(), looked_at);
}

}  // namespace tamarack::webhooks
