// Keys of writers that commit many requests at once (pg::Batcher): taken in the very statement that
// makes what they are for.
//
//   constexpr pg::Statement kInsertMany{"payment.insert", "WITH " IDEMPOTENCY_KEYS R"sql(
//     INSERT INTO payment (payment_id, amount)
//     SELECT id, amount FROM unnest($6::uuid[], $7::bigint[], $4::text[]) AS i (id, amount, claim)
//     WHERE claim = '' OR claim IN (SELECT claim FROM taken)
//     RETURNING payment_id)sql"};
//
// Its first five parameters are those of a KeyColumns, and `claim` is its `sealed`. What comes back
// was made; for the rest, Once::FindMade tells what the key made before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tamarack::idempotency {

// The key of one request and, sealed, its hash and what it makes. Made by Once::RowOf.
struct KeyRow {
  std::string caller;
  std::string method;
  std::string key;     // Empty: the request came without one.
  std::string sealed;  // No two are the same: it names the row as well.
  int64_t kept_seconds = 0;
};

// One vector for each column, as unnest takes them.
struct KeyColumns {
  std::vector<std::string> callers, methods, keys, sealed;
  std::vector<int64_t> kept_seconds;

  void Add(const KeyRow& row) {
    callers.push_back(row.caller);
    methods.push_back(row.method);
    keys.push_back(row.key);
    sealed.push_back(row.sealed);
    kept_seconds.push_back(row.kept_seconds);
  }
};

// In the order of the keys, so that two batches with the same ones wait for each other instead of
// deadlocking; of a key's requests in one batch the first has it. One whose time is over is new
// again.
#define IDEMPOTENCY_KEYS                                                                        \
  "taken AS ("                                                                                  \
  "  INSERT INTO idempotent_answer AS a (caller, method, key, answer_sealed, expires_at)"       \
  "  SELECT DISTINCT ON (caller, method, key) caller, method, key, sealed,"                     \
  "    now() + kept * interval '1 second'"                                                      \
  "  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY" \
  "    AS k (caller, method, key, sealed, kept, place)"                                         \
  "  WHERE key <> '' ORDER BY caller, method, key, place"                                       \
  "  ON CONFLICT (caller, method, key) DO UPDATE SET answer_sealed = excluded.answer_sealed,"   \
  "    created_at = excluded.created_at, expires_at = excluded.expires_at"                      \
  "    WHERE a.expires_at < now()"                                                              \
  "  RETURNING answer_sealed AS claim"                                                          \
  ")"

}  // namespace tamarack::idempotency
