#include "platform/idempotency/answer_repository.h"

#include "platform/runtime/task_group.h"
#include "platform/work/forget.h"

#include <utility>

namespace tamarack::idempotency {
namespace {

// Held until the transaction ends, so that two requests with one key cannot both find nothing. A
// statement of its own: what it waited for must be visible to the next one. By the bare caller,
// as replicas of before modes were told apart lock it.
constexpr pg::Statement kLock{"idempotent_answer.lock", R"sql(
  SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text || ' ' || $3::text, 0)))sql"};
constexpr pg::Statement kFind{"idempotent_answer.find", R"sql(
  SELECT answer_sealed FROM idempotent_answer
  WHERE caller IN ($1, $2) AND method = $3 AND key = $4 ORDER BY caller = $1 DESC LIMIT 1)sql"};
constexpr pg::Statement kInsert{"idempotent_answer.insert", R"sql(
  INSERT INTO idempotent_answer (caller, method, key, answer_sealed, expires_at)
  VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second'))sql"};
constexpr pg::Statement kForget{
    "idempotent_answer.forget",
    WORK_FORGET("idempotent_answer", "expires_at < now()", "expires_at")};
// Kept by releases whose keys had tables of their own: `sha256:`, the plain hash, the id.
constexpr pg::Statement kListEarlier{"idempotent_answer.list_earlier", R"sql(
  SELECT caller, method, key, answer_sealed FROM idempotent_answer
  WHERE answer_sealed LIKE 'sha256:%' LIMIT 1000)sql"};
constexpr pg::Statement kSealEarlier{"idempotent_answer.seal_earlier", R"sql(
  UPDATE idempotent_answer a SET answer_sealed = e.sealed
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS e (caller, method, key, plain, sealed)
  WHERE a.caller = e.caller AND a.method = e.method AND a.key = e.key AND a.answer_sealed = e.plain)sql"};

constexpr keys::ColumnSql kAnswers =
    SEALED_COLUMN("idempotent_answer", "answer_sealed", "caller, method, key");

std::string PlaceOf(std::string_view caller, std::string_view method, std::string_view key) {
  return absl::StrCat("idempotent_answer/", ToAbsl(caller), "/", ToAbsl(method), "/", ToAbsl(key));
}

// `caller` as it is stored now: an auth::Owner's id and mode, where it once was the id alone.
std::string_view CallerOf(std::string_view owner) {
  bool has_mode = owner.ends_with("/live") || owner.ends_with("/sandbox");
  return has_mode ? owner.substr(0, owner.rfind('/')) : owner;
}

}  // namespace

keys::KeyedColumn AnswersColumn(std::vector<crypto::Sealer> sealers) {
  auto renew = [sealers = std::move(sealers)](const pg::Rows& rows,
                                              int row) -> absl::StatusOr<std::string> {
    std::string place = PlaceOf(CallerOf(rows.Text(row, 2)), rows.Text(row, 3), rows.Text(row, 4));
    for (const crypto::Sealer& sealer : sealers) {
      auto answer = sealer.Open(rows.Text(row, 1), place);
      if (answer.ok()) return sealer.Seal(*answer, place);
    }
    sealers.front().Report({"idempotent_answer", rows.Text(row, 2)});
    return absl::DataLossError("stored answer");
  };
  return {kAnswers, std::move(renew)};
}

work::Sweep Forgetting(pg::Pool& pool) {
  return work::Forgetting("idempotency keys", pool, kForget);
}

std::string SealPlace(const AnswerKey& key) {
  return PlaceOf(key.caller, key.method, key.key);
}

pg::BoundStatement LockAnswer(const AnswerKey& key) {
  return pg::BoundStatement(kLock, key.caller, key.method, key.key);
}

pg::BoundStatement FindAnswer(const AnswerKey& key) {
  return pg::BoundStatement(kFind, key.owner, key.caller, key.method, key.key);
}

pg::BoundStatement InsertAnswer(const AnswerKey& key, std::string_view sealed,
                                std::chrono::seconds kept) {
  return pg::BoundStatement(kInsert, key.owner, key.method, key.key, sealed, kept.count());
}

AsyncStatus SealEarlierAnswers(pg::Pool& pool, const crypto::Sealer& sealer) {
  while (!co_await runtime::IsAskedToEnd()) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool.Query(kListEarlier));
    if (rows.empty()) co_return absl::OkStatus();
    std::vector<std::string> owners, methods, keys, plain, sealed;
    for (int i = 0; i < rows.size(); ++i) {
      std::string owner(rows.Text(i, 0)), method(rows.Text(i, 1)), key(rows.Text(i, 2));
      std::string text(rows.Text(i, 3));
      std::string place = PlaceOf(CallerOf(owner), method, key);
      sealed.push_back(sealer.Seal(text.substr(kEarlierAnswer.size()), place));
      owners.push_back(std::move(owner));
      methods.push_back(std::move(method));
      keys.push_back(std::move(key));
      plain.push_back(std::move(text));
    }
    CO_RETURN_IF_ERROR(
        (co_await pool.Query(kSealEarlier, owners, methods, keys, plain, sealed)).status());
  }
  co_return absl::OkStatus();
}

}  // namespace tamarack::idempotency
