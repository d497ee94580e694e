#include "platform/idempotency/once.h"

#include "platform/auth/owner.h"
#include "platform/crypto/hash.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"
#include "platform/work/forget.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <vector>

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

constexpr size_t kHashSize = 64;
constexpr std::string_view kEarlier = "sha256:";

// What an answer is sealed for. By the bare caller, as it was before modes were told apart.
std::string SealPlace(std::string_view caller, std::string_view method, std::string_view key) {
  return absl::StrCat("idempotent_answer/", ToAbsl(caller), "/", ToAbsl(method), "/", ToAbsl(key));
}

// `caller` as it is stored now: an auth::Owner's id and mode, where it once was the id alone.
std::string_view CallerOf(std::string_view owner) {
  bool has_mode = owner.ends_with("/live") || owner.ends_with("/sandbox");
  return has_mode ? owner.substr(0, owner.rfind('/')) : owner;
}

bool IsFrench(const rpc::Context& context) {
  return context.language == "fr";
}

}  // namespace

keys::KeyedColumn AnswersColumn(std::vector<crypto::Sealer> sealers) {
  auto renew = [sealers = std::move(sealers)](const pg::Rows& rows,
                                              int row) -> absl::StatusOr<std::string> {
    std::string place =
        SealPlace(CallerOf(rows.Text(row, 2)), rows.Text(row, 3), rows.Text(row, 4));
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

std::string RequestHash(const google::protobuf::Message& request) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&coded);
  }
  return crypto::Sha256Hex(bytes);
}

void MarkReplayed(rpc::Context& context) {
  context.http.SetHeader("idempotent-replayed", "true");
}

absl::Status KeyInFlight(const rpc::Context& context) {
  auto status = absl::AbortedError(
      IsFrench(context) ? "Une requête ayant cette Idempotency-Key est encore en cours. Réessayez "
                          "dans un moment."
                        : "A request with this Idempotency-Key is still running. Try again in a "
                          "moment.");
  return rpc::WithReason(std::move(status), "IDEMPOTENCY_KEY_IN_FLIGHT");
}

absl::Status KeyReused(const rpc::Context& context) {
  auto status = absl::FailedPreconditionError(
      IsFrench(context) ? "Cette Idempotency-Key a servi à une autre requête. Prenez-en une "
                          "nouvelle pour chaque opération."
                        : "This Idempotency-Key was used for another request. Use a new one for "
                          "each operation.");
  return rpc::WithReason(rpc::WithHttp(std::move(status), 422), "IDEMPOTENCY_KEY_REUSED");
}

// An answer that the gateway could not write would be lost once its effect is committed, and a
// secret in it with it.
AsyncStatus Once::RunChecked(pg::Tx& tx, const google::protobuf::Message& response,
                             const EffectFunction& effect) {
  CO_RETURN_IF_ERROR(co_await effect(tx));
  absl::Status writable = rpc::CheckTimes(response);
  co_return writable.ok() ? writable : absl::InternalError(writable.message());
}

// Where the answer to a request is stored, and what it must be the answer to.
struct Once::Place {
  std::string caller;
  std::string owner;
  std::string method;  // Each method has a request type of its own.
  std::string key;
  std::string hash;

  Place(const rpc::Context& context, const google::protobuf::Message& request)
      : Place(auth::OwnerOf(context.principal), context, request) {}
  Place(const auth::Owner& whose, const rpc::Context& context,
        const google::protobuf::Message& request)
      : caller(whose.id),
        owner(absl::StrCat(whose.id, "/", ToAbsl(whose.mode_name()))),
        method(request.GetTypeName()),
        key(context.idempotency_key),
        hash(RequestHash(request)) {}

  pg::Call Find() const { return pg::Call(kFind, owner, caller, method, key); }
  std::string Seal(const crypto::Sealer& sealer, std::string_view answer) const {
    return sealer.Seal(absl::StrCat(hash, ToAbsl(answer)), SealPlace(caller, method, key));
  }
};

// nullopt when nothing is stored.
absl::StatusOr<std::optional<std::string>> Once::Open(rpc::Context& context, const Place& place,
                                                      const pg::Rows& stored) const {
  if (stored.empty()) return std::nullopt;
  std::string_view text = stored.Text(0, 0);
  absl::StatusOr<std::string> answer =
      text.starts_with(kEarlier)
          ? std::string(text.substr(kEarlier.size()))
          : sealer_.OpenRow({"idempotent_answer", place.owner}, text,
                            SealPlace(place.caller, place.method, place.key));
  if (!answer.ok()) return answer.status();
  if (answer->substr(0, kHashSize) != place.hash) return KeyReused(context);
  MarkReplayed(context);
  return answer->substr(kHashSize);
}

// False when nothing is stored.
absl::StatusOr<bool> Once::Replay(rpc::Context& context, const Place& place, const pg::Rows& stored,
                                  google::protobuf::Message& response) const {
  auto answer = Open(context, place, stored);
  if (!answer.ok()) return answer.status();
  if (!*answer) return false;
  if (!response.ParseFromString(**answer)) return absl::DataLossError("stored answer");
  return true;
}

KeyRow Once::RowOf(const rpc::Context& context, const google::protobuf::Message& request,
                   std::string_view made_id) const {
  if (context.idempotency_key.empty()) return {};
  const Place place(context, request);
  return {.caller = place.owner,
          .method = place.method,
          .key = place.key,
          .sealed = place.Seal(sealer_, made_id),
          .kept_seconds = kept_.count()};
}

Async<std::optional<std::string>> Once::FindMade(rpc::Context& context,
                                                 const google::protobuf::Message& request) {
  if (context.idempotency_key.empty()) co_return std::nullopt;
  const Place place(context, request);
  CO_ASSIGN_OR_RETURN(auto stored, co_await pool_.QueryAll(place.Find()));
  co_return Open(context, place, stored[0]);
}

boost::asio::awaitable<void> Once::SealEarlier() {
  absl::Status status = co_await SealAllEarlier();
  if (!status.ok()) {
    telemetry::Log(telemetry::Level::kWarning, "sealing earlier keys failed",
                   {{"code", absl::StatusCodeToString(status.code())}});
  }
}

AsyncStatus Once::SealAllEarlier() {
  while (!co_await runtime::IsAskedToEnd()) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListEarlier));
    if (rows.empty()) co_return absl::OkStatus();
    std::vector<std::string> owners, methods, keys, plain, sealed;
    for (int i = 0; i < rows.size(); ++i) {
      std::string owner(rows.Text(i, 0)), method(rows.Text(i, 1)), key(rows.Text(i, 2));
      std::string text(rows.Text(i, 3));
      std::string place = SealPlace(CallerOf(owner), method, key);
      sealed.push_back(sealer_.Seal(text.substr(kEarlier.size()), place));
      owners.push_back(std::move(owner));
      methods.push_back(std::move(method));
      keys.push_back(std::move(key));
      plain.push_back(std::move(text));
    }
    CO_RETURN_IF_ERROR(
        (co_await pool_.Query(kSealEarlier, owners, methods, keys, plain, sealed)).status());
  }
  co_return absl::OkStatus();
}

AsyncStatus Once::RunInto(rpc::Context& context, const google::protobuf::Message& request,
                          google::protobuf::Message& response, PrepareFunction prepare,
                          EffectFunction effect) {
  if (context.idempotency_key.empty()) {
    if (prepare) CO_RETURN_IF_ERROR(co_await prepare());
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
    CO_RETURN_IF_ERROR(co_await RunChecked(tx, response, effect));
    co_return co_await tx.Commit();
  }
  const Place place(context, request);
  if (prepare) {
    CO_ASSIGN_OR_RETURN(auto stored, co_await pool_.QueryAll(place.Find()));
    CO_ASSIGN_OR_RETURN(bool is_replayed, Replay(context, place, stored[0], response));
    if (is_replayed) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(co_await prepare());
  }
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(
      auto both,
      co_await tx.QueryAll(pg::Call(kLock, place.caller, place.method, place.key), place.Find()));
  if (!both[0].Bool(0, 0)) co_return KeyInFlight(context);
  auto is_replayed = Replay(context, place, both[1], response);
  if (!is_replayed.ok() || *is_replayed) {
    CO_RETURN_IF_ERROR(co_await tx.Commit());  // Of nothing; the next one finds the key free.
    co_return is_replayed.status();
  }
  CO_RETURN_IF_ERROR(co_await RunChecked(tx, response, effect));
  std::string sealed = place.Seal(sealer_, response.SerializeAsString());
  co_return (co_await tx.QueryAllAndCommit(
                 {pg::Call(kInsert, place.owner, place.method, place.key, sealed, kept_.count())}))
      .status();
}

}  // namespace tamarack::idempotency
