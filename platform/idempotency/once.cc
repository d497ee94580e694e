#include "platform/idempotency/once.h"

#include "platform/crypto/hash.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace tamarack::idempotency {
namespace {

// Held until the transaction ends, so that two requests with one key cannot both find nothing. A
// statement of its own: what it waited for must be visible to the next one.
constexpr pg::Statement kLock{"idempotent_answer.lock", R"sql(
  SELECT pg_try_advisory_xact_lock(
    hashtextextended($1::text || ' ' || $2::text || ' ' || $3::text || ' ' || $4::text, 0)))sql"};
constexpr pg::Statement kFind{"idempotent_answer.find", R"sql(
  SELECT answer_sealed FROM idempotent_answer
  WHERE caller = $1 AND mode IN ($2, '') AND method = $3 AND key = $4)sql"};
// Each new key forgets a few that are old, which keeps the table as large as a day is busy.
constexpr pg::Statement kInsert{"idempotent_answer.insert", R"sql(
  WITH forgotten AS (
    DELETE FROM idempotent_answer WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM idempotent_answer WHERE created_at < now() - interval '1 day'
      ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED))
  )
  INSERT INTO idempotent_answer (caller, mode, method, key, answer_sealed) VALUES ($1, $2, $3, $4, $5))sql"};

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

AsyncStatus Once::RunInto(rpc::Context& context, const google::protobuf::Message& request,
                          google::protobuf::Message& response, EffectFunction effect) {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  const std::string& key = context.idempotency_key;
  if (key.empty()) {
    CO_RETURN_IF_ERROR(co_await RunChecked(tx, response, effect));
    co_return co_await tx.Commit();
  }
  const auto& who = context.principal;
  const std::string caller = who.service_id.empty() ? who.client_id : who.service_id;
  const std::string mode = who.mode == "sandbox" ? who.mode : "live";
  const std::string method = request.GetTypeName();  // Each method has a request type of its own.
  const std::string place = absl::StrCat("idempotent_answer/", caller, "/", method, "/", key);
  const std::string hash = RequestHash(request);

  CO_ASSIGN_OR_RETURN(auto both, co_await tx.QueryAll(pg::Call(kLock, caller, mode, method, key),
                                                      pg::Call(kFind, caller, mode, method, key)));
  if (!both[0].Bool(0, 0)) co_return KeyInFlight(context);
  if (const pg::Rows& earlier = both[1]; !earlier.empty()) {
    CO_ASSIGN_OR_RETURN(std::string stored, sealer_.Open(earlier.Text(0, 0), place));
    if (stored.substr(0, kHashSize) != hash) co_return KeyReused(context);
    if (!response.ParseFromString(stored.substr(kHashSize)))
      co_return absl::DataLossError("stored answer");
    MarkReplayed(context);
    co_return absl::OkStatus();
  }
  CO_RETURN_IF_ERROR(co_await RunChecked(tx, response, effect));
  std::string sealed = sealer_.Seal(hash + response.SerializeAsString(), place);
  co_return (co_await tx.QueryAllAndCommit({pg::Call(kInsert, caller, mode, method, key, sealed)}))
      .status();
}

}  // namespace tamarack::idempotency
