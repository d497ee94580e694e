// The SQL that all queues share. A queue is a table with a key and
//   due_at       when a job may be claimed; while it is claimed, when that lapses
//   claim_token  who has claimed it, NULL: nobody
//   a count of its attempts
// and an index on due_at of what is pending. One column for both times keeps the claim's plan flat:
// what is claimed is out of the way of what is due.
//   constexpr work::QueueSql kQueue = WORK_QUEUE("code_emails", "email_outbox", "email_id", "uuid",
//                                                "attempts", "created_at", "true", "0");
//   constexpr pg::Statement kClaim{"email_outbox.claim",
//       WORK_CLAIM("email_outbox", "email_id", "attempts", "", "true") " RETURNING email_id"};
//   constexpr pg::Statement kDelete{"email_outbox.delete",
//       "DELETE FROM email_outbox WHERE " WORK_HELD("email_id")};
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

// What the worker does with a queue's rows by itself.
struct QueueSql {
  const char* name;  // the metrics' label
  pg::Statement renew;
  pg::Statement postpone;
  pg::Statement measure;
};

// Claims what is due and `where`: $1 how many, $2 token, $3 milliseconds; counts the attempt, and
// sets `more`, too. ARRAY makes the inner statement run once, whatever the planner believes about
// the number of rows.
#define WORK_CLAIM(table, key, count, more, where) \
  WORK_CLAIM_BY("due_at", table, key, count, more, where)
// For a table that has its due_at by another name.
#define WORK_CLAIM_BY(due, table, key, count, more, where)                                        \
  "UPDATE " table " t SET claim_token = $2::uuid, " due                                           \
  " = now() + $3::bigint * interval '1 millisecond', " count " = " count " + 1" more              \
  " WHERE t." key " = ANY (ARRAY(SELECT " key " FROM " table " WHERE " due " <= now() AND " where \
  " ORDER BY " due " LIMIT $1::int FOR UPDATE SKIP LOCKED))"
// The condition of every outcome: $1 key, $2 token.
#define WORK_HELD(key) key " = $1 AND claim_token = $2"
// Claims of the keys $1 and tokens $2 last another $3 milliseconds. A row that is locked is just
// being finished: whoever waited for it, with others locked, could be waited for in turn.
#define WORK_RENEW(table, key, key_type, due, token)                                         \
  "UPDATE " table " SET " due " = now() + $3::bigint * interval '1 millisecond' WHERE " key  \
  " = ANY (ARRAY(SELECT t." key " FROM unnest($1::" key_type                                 \
  "[], $2::uuid[]) AS held (id, token) JOIN " table " t ON t." key " = held.id AND t." token \
  " = held.token ORDER BY t." key " FOR UPDATE OF t SKIP LOCKED))"
// Rows that there are, counted in an index's `order`: 10,000 at most.
#define WORK_COUNT(table, where, order)                                          \
  "(SELECT count(*) FROM (SELECT FROM " table " WHERE " where " ORDER BY " order \
  " LIMIT 10000) AS counted)"
// `pending` is the condition of the rows that there is something to do with, `since` the column of
// their age, `parked` a count (WORK_COUNT) of what was given up. Age is that of the oldest of the
// 10,000 that are due first. What was no attempt ($4) is taken back from the count.
#define WORK_QUEUE(name, table, key, key_type, count, since, pending, parked) \
  WORK_QUEUE_BY("due_at", name, table, key, key_type, count, since, pending, parked)
#define WORK_QUEUE_BY(due, name, table, key, key_type, count, since, pending, parked)              \
  ::tamarack::work::QueueSql {                                                                     \
    name, {table ".renew", WORK_RENEW(table, key, key_type, due, "claim_token")},                  \
        {table ".postpone", "UPDATE " table " SET claim_token = NULL, " due                        \
                            " = now() + $3::bigint * interval '1 millisecond', " count " = " count \
                            " - (NOT $4::boolean)::int WHERE " WORK_HELD(key)},                    \
        {table ".measure",                                                                         \
         "SELECT count(*), coalesce(extract(epoch FROM now() - min(since))::bigint, 0), " parked   \
         " FROM (SELECT " since " AS since FROM " table " WHERE " pending " ORDER BY " due         \
         " LIMIT 10000) AS pending"}                                                               \
  }

struct Queue {
  pg::Pool& pool;
  const QueueSql& sql;
};

AsyncStatus Renew(const Queue& queue, const std::vector<Claim>& claims,
                  std::chrono::milliseconds lease);

// When a job is due again.
struct Again {
  std::chrono::milliseconds delay{0};
  // False: this time does not count, for nothing was tried, or it failed by an outage.
  bool is_attempt = true;
};
AsyncStatus Postpone(const Queue& queue, const Claim& claim, Again again);

// How much there is to do.
struct Depth {
  int64_t waiting = 0;
  int64_t oldest_seconds = 0;
  int64_t parked = 0;  // given up, kept for somebody to look at
};
Async<Depth> Measure(const Queue& queue);

}  // namespace tamarack::work
