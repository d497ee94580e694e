#include "platform/idempotency/once.h"

#include "platform/auth/owner.h"
#include "platform/crypto/hash.h"
#include "platform/idempotency/answer_repository.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "platform/telemetry/log.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace tamarack::idempotency {
namespace {

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

// Where the answer to a request is stored, and what it must be the answer to.
struct Once::Place {
  AnswerKey key;
  std::string hash;

  Place(const rpc::Context& context, const google::protobuf::Message& request)
      : Place(auth::OwnerOf(*context.principal), context, request) {}
  Place(const auth::Owner& whose, const rpc::Context& context,
        const google::protobuf::Message& request)
      : key{.caller = whose.id,
            .owner = absl::StrCat(whose.id, "/", ToAbsl(whose.mode_name())),
            .method = request.GetTypeName(),
            .key = context.idempotency_key},
        hash(RequestHash(request)) {}

  std::string Seal(const crypto::Sealer& sealer, std::string_view answer) const {
    return sealer.Seal(absl::StrCat(hash, ToAbsl(answer)), SealPlace(key));
  }
};

// nullopt when nothing is stored.
absl::StatusOr<std::optional<std::string>> Once::Open(rpc::Context& context, const Place& place,
                                                      const pg::Rows& stored) const {
  if (stored.empty()) return std::nullopt;
  std::string_view text = stored.Text(0, 0);
  absl::StatusOr<std::string> answer =
      text.starts_with(kEarlierAnswer)
          ? std::string(text.substr(kEarlierAnswer.size()))
          : sealer_.OpenRow({"idempotent_answer", place.key.owner}, text, SealPlace(place.key));
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
  return {.caller = place.key.owner,
          .method = place.key.method,
          .key = place.key.key,
          .sealed = place.Seal(sealer_, made_id),
          .kept_seconds = kept_.count()};
}

Async<std::optional<std::string>> Once::FindMade(rpc::Context& context,
                                                 const google::protobuf::Message& request) {
  if (context.idempotency_key.empty()) co_return std::nullopt;
  const Place place(context, request);
  CO_ASSIGN_OR_RETURN(auto stored, co_await pool_.QueryAll(FindAnswer(place.key)));
  co_return Open(context, place, stored[0]);
}

boost::asio::awaitable<void> Once::SealEarlier() {
  absl::Status status = co_await SealEarlierAnswers(pool_, sealer_);
  if (!status.ok()) {
    telemetry::Log(telemetry::Level::kWarning, "sealing earlier keys failed",
                   {{"code", absl::StatusCodeToString(status.code())}});
  }
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
    CO_ASSIGN_OR_RETURN(auto stored, co_await pool_.QueryAll(FindAnswer(place.key)));
    CO_ASSIGN_OR_RETURN(bool is_replayed, Replay(context, place, stored[0], response));
    if (is_replayed) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(co_await prepare());
  }
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto both,
                      co_await tx.QueryAll(LockAnswer(place.key), FindAnswer(place.key)));
  if (!both[0].Bool(0, 0)) co_return KeyInFlight(context);
  auto is_replayed = Replay(context, place, both[1], response);
  if (!is_replayed.ok() || *is_replayed) {
    CO_RETURN_IF_ERROR(co_await tx.Commit());  // Of nothing; the next one finds the key free.
    co_return is_replayed.status();
  }
  CO_RETURN_IF_ERROR(co_await RunChecked(tx, response, effect));
  std::string sealed = place.Seal(sealer_, response.SerializeAsString());
  co_return (co_await tx.QueryAllAndCommit({InsertAnswer(place.key, sealed, kept_)})).status();
}

}  // namespace tamarack::idempotency
