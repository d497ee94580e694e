// The SQL that all queues share. A queue is a table with a key and
//   due_at       when a job may be claimed; while it is claimed, when that lapses
//   claim_token  who has claimed it, NULL: nobody
//   created_at
// and an index on due_at of what is pending. One column for both times keeps the claim's plan flat:
// what is claimed is out of the way of what is due.
//   constexpr pg::Statement kClaim{"notification.claim",
//       WORK_CLAIM("notification", "notification_id", ", attempts = attempts + 1", "true")
//       " RETURNING notification_id"};
//   constexpr pg::Statement kPostpone{"notification.postpone",
//       "UPDATE notification SET " WORK_RELEASED ", due_at = … WHERE "
//       WORK_HELD("notification_id")};
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tamarack::work {

// A claim on a row. Whoever lost it (its lease lapsed, another process took the row) changes
// nothing by what it has to record.
struct Claim {
  std::string id;
  std::string token;
};

// Claims what is due and `where`: $1 how many, $2 token, $3 milliseconds; sets `more`, too. ARRAY
// makes the inner statement run once, whatever the planner believes about the number of rows.
#define WORK_CLAIM(table, key, more, where)                                                      \
  "UPDATE " table                                                                                \
  " t SET claim_token = $2::uuid, due_at = now() + $3::bigint * interval '1 millisecond'" more   \
  " WHERE t." key " = ANY (ARRAY(SELECT " key " FROM " table " WHERE due_at <= now() AND " where \
  " ORDER BY due_at LIMIT $1::int FOR UPDATE SKIP LOCKED))"
// The condition of every outcome: $1 key, $2 token.
#define WORK_HELD(key) key " = $1 AND claim_token = $2"
// Due again after $3 milliseconds.
#define WORK_POSTPONED "claim_token = NULL, due_at = now() + $3::bigint * interval '1 millisecond'"
// Claims of the keys $1 and tokens $2 last another $3 milliseconds.
#define WORK_RENEW(table, key, key_type)                                                    \
  "UPDATE " table                                                                           \
  " t SET due_at = now() + $3::bigint * interval '1 millisecond' FROM unnest($1::" key_type \
  "[], $2::uuid[]) AS held (id, token) WHERE t." key " = held.id AND t.claim_token = held.token"
// How many `pending` rows there are, at most 10,000 of them counted in an index's `order`, and the
// age in seconds of the oldest of these; `parked` is an expression, of a bounded query too.
#define WORK_MEASURE(table, pending, order, parked)                                            \
  "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at))::bigint, 0), " parked \
  " FROM (SELECT created_at FROM " table " WHERE " pending " ORDER BY " order                  \
  " LIMIT 10000) AS waiting"
// For `parked`.
#define WORK_COUNT(table, where, order)                                          \
  "(SELECT count(*) FROM (SELECT FROM " table " WHERE " where " ORDER BY " order \
  " LIMIT 10000) AS counted)"

AsyncStatus Renew(pg::Pool& pool, const pg::Statement& renew, const std::vector<Claim>& claims,
                  std::chrono::milliseconds lease);

// How much there is to do.
struct Depth {
  int64_t waiting = 0;
  int64_t oldest_seconds = 0;
  int64_t parked = 0;  // given up, kept for somebody to look at
};
Async<Depth> Measure(pg::Pool& pool, const pg::Statement& measure);

}  // namespace tamarack::work
