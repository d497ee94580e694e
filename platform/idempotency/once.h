// Requests that may be repeated (draft-ietf-httpapi-idempotency-key-header-07): the same
// `Idempotency-Key` has its effect once and gets the first answer again. Table `idempotent_answer`;
// a service takes schema_v1.sql and schema_v2.sql in as symbolic links among its migrations.
#pragma once

#include "platform/base/status.h"
#include "platform/crypto/seal.h"
#include "platform/idempotency/batch.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/rpc/context.h"
#include "platform/work/sweeper.h"

#include <google/protobuf/message.h>

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::idempotency {

// The stored answers, which one of the sealers can open.
keys::KeyedColumn AnswersColumn(std::vector<crypto::Sealer> sealers);

// Deletes answers whose time is over. One for each database.
work::Sweep Forgetting(pg::Pool& pool);

// Hash of a request, the same whatever the order of its maps. 64 hex digits. Never stored as it is:
// that of an email and an address can be found again by trying all of them.
std::string RequestHash(const google::protobuf::Message& request);

// Marks the answer as that of an earlier request: `Idempotent-Replayed: true`.
void MarkReplayed(rpc::Context& context);

// The key's earlier request is still running: ABORTED, 409.
absl::Status KeyInFlight(const rpc::Context& context);
// The key was used for another request: FAILED_PRECONDITION, 422.
absl::Status KeyReused(const rpc::Context& context);

// Runs the effect of a method's requests once for each key. For methods whose policy says OPTIONAL
// or REQUIRED:
//   co_return co_await once_.Run<v1::Ministry>(context, request, [&](pg::Tx& tx) {
//     return tenants_.InsertMinistry(tx, request);
//   });
// What else has to hold goes into a preparation before the effect: checks, questions to other
// services, slow hashes. It runs without a transaction and only where no answer is stored, so that
// a repeated request gets its answer even if it would be refused by now:
//   co_return co_await once_.Run<v1::Person>(
//       context, request, [&]() -> AsyncStatus { co_return CheckPerson(request); },
//       [&](pg::Tx& tx) { return people_.Insert(tx, request); });
// Effect, key and answer are committed together, so that an answer is stored exactly if its effect
// is. A failed effect stores nothing: the key may be tried again. Keys belong to the caller's
// auth::Owner and the method; they are kept for `kept` at least.
// Requests may hold passwords, and answers secrets that are shown once, so hash and answer are
// sealed.
class Once {
 public:
  // Both must outlive it.
  Once(pg::Pool& pool, const crypto::Sealer& sealer,
       std::chrono::hours kept = std::chrono::hours(24))
      : pool_(pool), sealer_(sealer), kept_(kept) {}

  template <class Response, class Effect>
    requires std::same_as<std::invoke_result_t<Effect, pg::Tx&>, Async<Response>>
  Async<Response> Run(rpc::Context& context, const google::protobuf::Message& request,
                      Effect effect) {
    co_return co_await Run<Response>(context, request, PrepareFunction(), std::move(effect));
  }

  template <class Response, class Prepare, class Effect>
    requires std::same_as<std::invoke_result_t<Prepare>, AsyncStatus> &&
             std::same_as<std::invoke_result_t<Effect, pg::Tx&>, Async<Response>>
  Async<Response> Run(rpc::Context& context, const google::protobuf::Message& request,
                      Prepare prepare, Effect effect) {
    Response response;
    auto fill = [&](pg::Tx& tx) { return Fill(response, effect(tx)); };
    CO_RETURN_IF_ERROR(co_await RunInto(context, request, response, std::move(prepare), fill));
    co_return response;
  }

  // For writers that commit many requests at once (batch.h), and answer a repeated one with what
  // has become of what the first made. The row to be written with it.
  KeyRow RowOf(const rpc::Context& context, const google::protobuf::Message& request,
               std::string_view made_id) const;
  // Id of what an earlier request with the same key made; marks the answer as a replay. nullopt
  // when it made nothing, or there is no key; KeyReused when that request was another one.
  Async<std::optional<std::string>> FindMade(rpc::Context& context,
                                             const google::protobuf::Message& request);
  // Seals the hashes of keys that were taken over as earlier releases kept them. To be spawned at
  // the start; what it could not do then, the next start does.
  boost::asio::awaitable<void> SealEarlier();

 private:
  using PrepareFunction = std::function<AsyncStatus()>;
  using EffectFunction = std::function<AsyncStatus(pg::Tx&)>;
  struct Place;
  template <class Response>
  static AsyncStatus Fill(Response& response, Async<Response> effect) {
    CO_ASSIGN_OR_RETURN(response, co_await std::move(effect));
    co_return absl::OkStatus();
  }
  AsyncStatus RunInto(rpc::Context& context, const google::protobuf::Message& request,
                      google::protobuf::Message& response, PrepareFunction prepare,
                      EffectFunction effect);
  absl::StatusOr<std::optional<std::string>> Open(rpc::Context& context, const Place& place,
                                                  const pg::Rows& stored) const;
  absl::StatusOr<bool> Replay(rpc::Context& context, const Place& place, const pg::Rows& stored,
                              google::protobuf::Message& response) const;
  AsyncStatus SealAllEarlier();
  static AsyncStatus RunChecked(pg::Tx& tx, const google::protobuf::Message& response,
                                const EffectFunction& effect);

  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  const std::chrono::seconds kept_;
};

}  // namespace tamarack::idempotency
