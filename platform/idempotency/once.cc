#include "platform/idempotency/once.h"

#include "platform/crypto/hash.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

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
// Each new key forgets a few that are old, which keeps the table as large as a day is busy.
constexpr pg::Statement kInsert{"idempotent_answer.insert", R"sql(
  WITH forgotten AS (
    DELETE FROM idempotent_answer WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM idempotent_answer WHERE created_at < now() - interval '1 day'
      ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED))
  )
  INSERT INTO idempotent_answer (caller, method, key, answer_sealed) VALUES ($1, $2, $3, $4))sql"};

constexpr size_t kHashSize = 64;

bool IsFrench(const rpc::Context& context) {
  return context.language == "fr";
}

}  // namespace

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

std::string KeyOwner(std::string_view owner, std::string_view mode) {
  return absl::StrCat(ToAbsl(owner), "/", ToAbsl(mode));
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
      : caller(context.principal.service_id.empty() ? context.principal.client_id
                                                    : context.principal.service_id),
        owner(KeyOwner(caller, context.principal.mode == "sandbox" ? "sandbox" : "live")),
        method(request.GetTypeName()),
        key(context.idempotency_key),
        hash(RequestHash(request)) {}

  pg::Call Find() const { return pg::Call(kFind, owner, caller, method, key); }
  // What the answer is sealed for.
  std::string Seal() const {
    return absl::StrCat("idempotent_answer/", caller, "/", method, "/", key);
  }
};

// False when nothing is stored.
absl::StatusOr<bool> Once::Replay(rpc::Context& context, const Place& place, const pg::Rows& stored,
                                  google::protobuf::Message& response) const {
  if (stored.empty()) return false;
  auto answer = sealer_.Open(stored.Text(0, 0), place.Seal());
  if (!answer.ok()) return answer.status();
  if (answer->substr(0, kHashSize) != place.hash) return KeyReused(context);
  if (!response.ParseFromString(answer->substr(kHashSize)))
    return absl::DataLossError("stored answer");
  MarkReplayed(context);
  return true;
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
  std::string sealed = sealer_.Seal(place.hash + response.SerializeAsString(), place.Seal());
  co_return (co_await tx.QueryAllAndCommit(
                 {pg::Call(kInsert, place.owner, place.method, place.key, sealed)}))
      .status();
}

}  // namespace tamarack::idempotency
