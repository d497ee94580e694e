#include "services/tellusonce/change_repository.h"

#include "platform/base/id.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "services/tellusonce/delivery_state.h"

#include <boost/json/serialize.hpp>

namespace tamarack::tellusonce {
namespace {

constexpr char kEventType[] = "ca.tamarack.tellusonce.address.changed.v1";
constexpr char kEventSource[] = "/tellusonce";
constexpr size_t kPersonKeyBytes = 32;

constexpr pg::Statement kInsertKey{"person_key.insert", R"sql(
  INSERT INTO person_key (subject, sealed_key) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING)sql"};
// Locked until commit: of one person, the order of changes is the order of their events and of the
// directory's updates.
constexpr pg::Statement kLockKey{"person_key.lock",
                                 "SELECT sealed_key FROM person_key WHERE subject = $1 FOR UPDATE"};
constexpr pg::Statement kInsert{"change.insert", R"sql(
  INSERT INTO change (change_id, subject, request_id, change_type, sealed_value) VALUES ($1, $2, $3, 'address', $4)
  ON CONFLICT (subject, request_id) DO NOTHING RETURNING change_id)sql"};
constexpr pg::Statement kFindRequest{
    "change.find_request", "SELECT change_id FROM change WHERE subject = $1 AND request_id = $2"};
constexpr pg::Statement kInsertDelivery{"delivery.insert", R"sql(
  INSERT INTO delivery (delivery_id, change_id, subscription_id, ministry_subject, event_id, purpose)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};
constexpr pg::Statement kFindAddress{"change.find_address", R"sql(
  SELECT k.sealed_key, c.sealed_value FROM change c JOIN person_key k USING (subject)
  WHERE c.subject = $1 ORDER BY c.sequence DESC LIMIT 1)sql"};
constexpr pg::Statement kFind{"change.find", R"sql(
  SELECT k.sealed_key, c.sealed_value, c.recorded_at FROM change c JOIN person_key k USING (subject)
  WHERE c.subject = $1 AND c.change_id = $2)sql"};
constexpr pg::Statement kListTold{"delivery.list_of_change", R"sql(
  SELECT s.name_en, s.name_fr, )sql" DELIVERY_STATE R"sql(,
)sql" DELIVERED_AT R"sql(, d.acknowledged_at, d.case_reference, coalesce(w.last_error, '') <> '',
    s.subscription_id
  FROM delivery d JOIN subscription s USING (subscription_id) LEFT JOIN webhook_delivery w ON w.event_id = d.event_id
  WHERE d.change_id = $1 ORDER BY s.created_at, s.subscription_id)sql"};
constexpr pg::Statement kClaimUntold{
    "person_key.claim",
    "WITH claimed AS (" WORK_CLAIM("person_key", "subject", "attempts", "", "true") R"sql(
    RETURNING subject, sealed_key, attempts)
  SELECT c.subject, c.sealed_key, c.attempts, newest.sequence, newest.sealed_value
  FROM claimed c CROSS JOIN LATERAL (SELECT sequence, sealed_value FROM change WHERE subject = c.subject
                                     ORDER BY sequence DESC LIMIT 1) AS newest)sql"};
// Of the oldest change that identity does not know.
#define UNTOLD_SINCE \
  "(SELECT recorded_at FROM change WHERE directory_synced_at IS NULL ORDER BY sequence LIMIT 1)"
constexpr work::QueueSql kUntold =
    WORK_QUEUE("directory_addresses", "person_key", "subject", "text", "attempts", UNTOLD_SINCE,
               "due_at IS NOT NULL", "0");
// Locked first, so that the statements that follow see every change recorded so far.
constexpr pg::Statement kLockHeld{
    "person_key.lock_held", "SELECT FROM person_key WHERE " WORK_HELD("subject") " FOR UPDATE"};
constexpr pg::Statement kMarkSynced{"change.mark_synced", R"sql(
  UPDATE change SET directory_synced_at = now()
  WHERE subject = $1 AND sequence <= $3 AND directory_synced_at IS NULL
    AND EXISTS (SELECT FROM person_key WHERE )sql" WORK_HELD("subject") ")"};
constexpr pg::Statement kRelease{"person_key.release", R"sql(
  UPDATE person_key SET claim_token = NULL, attempts = 0, due_at = CASE WHEN EXISTS (
    SELECT FROM change c WHERE c.subject = $1 AND c.directory_synced_at IS NULL) THEN now() END
  WHERE )sql" WORK_HELD("subject")};

// The log has no name of a person: whoever looks finds the row by the hash.
constexpr keys::ColumnSql kPersonKeys =
    SEALED_COLUMN("person_key", "sealed_key", "encode(sha256(subject::bytea), 'hex'), subject");

}  // namespace

keys::KeyedColumn PersonKeyColumn(crypto::Sealer sealer) {
  return keys::SealedColumn(kPersonKeys, std::move(sealer), [](const pg::Rows& rows, int row) {
    return std::string(rows.Text(row, 3));
  });
}

Async<std::string> ChangeRepository::Record(const NewChange& change) {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto sealer, co_await PersonSealer(tx, change.person.id));
  std::string sealed = sealer.Seal(change.address.SerializeAsString(), "change.value");
  CO_ASSIGN_OR_RETURN(auto inserted, co_await tx.Query(kInsert, NewUuid(), change.person.id,
                                                       change.request_id, sealed));
  if (inserted.empty()) {
    CO_ASSIGN_OR_RETURN(auto first,
                        co_await tx.Query(kFindRequest, change.person.id, change.request_id));
    if (first.empty()) co_return absl::AbortedError("the same request is being recorded");
    co_return std::string(first.Text(0, 0));
  }
  std::string change_id(inserted.Text(0, 0));

  std::vector<pg::BoundStatement> deliveries;
  std::vector<webhooks::Event> events;
  for (const auto& recipient : change.recipients) {
    webhooks::Event event;
    event.id = NewRandomUuid();
    event.type = kEventType;
    event.source = kEventSource;
    event.subject = recipient.ministry_subject;
    event.owner = {.id = recipient.subscription_id, .mode = change.person.mode};
    std::string delivery_id = NewRandomUuid();
    event.data = boost::json::serialize(boost::json::object{{"delivery_id", delivery_id},
                                                            {"subject", recipient.ministry_subject},
                                                            {"change_type", "address"}});
    deliveries.emplace_back(kInsertDelivery, delivery_id, change_id, recipient.subscription_id,
                            recipient.ministry_subject, event.id, recipient.purpose);
    if (!recipient.ministry_subject.empty()) events.push_back(std::move(event));
  }
  if (!deliveries.empty()) {
    CO_ASSIGN_OR_RETURN(auto written, co_await tx.QueryAll(std::move(deliveries)));
    CO_ASSIGN_OR_RETURN(auto ids,
                        co_await outbox_.Append(tx, std::span<const webhooks::Event>(events)));
  }
  CO_RETURN_IF_ERROR(co_await tx.Commit());
  co_return change_id;
}

Async<std::optional<v1::Address>> ChangeRepository::FindAddress(std::string_view subject) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindAddress, subject));
  if (rows.empty()) co_return std::optional<v1::Address>();
  CO_ASSIGN_OR_RETURN(auto address, OpenAddress(subject, rows.Text(0, 0), rows.Text(0, 1)));
  co_return address;
}

Async<Change> ChangeRepository::Find(std::string_view subject, std::string_view change_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, subject, change_id));
  if (rows.empty()) co_return absl::NotFoundError("no such change");
  Change change;
  change.id = std::string(change_id);
  CO_ASSIGN_OR_RETURN(change.address, OpenAddress(subject, rows.Text(0, 0), rows.Text(0, 1)));
  change.recorded_micros = rows.TimeMicros(0, 2);
  CO_ASSIGN_OR_RETURN(auto told, co_await pool_.Query(kListTold, change_id));
  for (int row = 0; row < told.size(); ++row) {
    change.told.push_back({.subscription_id = std::string(told.Text(row, 7)),
                           .name_en = std::string(told.Text(row, 0)),
                           .name_fr = std::string(told.Text(row, 1)),
                           .state = std::string(told.Text(row, 2)),
                           .delivered_micros = told.IsNull(row, 3) ? 0 : told.TimeMicros(row, 3),
                           .acknowledged_micros = told.IsNull(row, 4) ? 0 : told.TimeMicros(row, 4),
                           .case_reference = std::string(told.Text(row, 5)),
                           .has_failed = told.Bool(row, 6)});
  }
  co_return change;
}

Async<std::vector<Untold>> ChangeRepository::ClaimUntold(int limit,
                                                         std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaimUntold, limit, token, lease.count()));
  std::vector<Untold> people;
  for (int row = 0; row < rows.size(); ++row) {
    std::string subject(rows.Text(row, 0));
    people.push_back({.claim = {subject, token},
                      .sequence = rows.Int(row, 3),
                      .address = OpenAddress(subject, rows.Text(row, 1), rows.Text(row, 4)),
                      .attempts = static_cast<int>(rows.Int(row, 2))});
  }
  co_return people;
}

work::Queue ChangeRepository::untold() const {
  return {pool_, kUntold};
}

AsyncStatus ChangeRepository::MarkTold(const Untold& person) {
  const auto& [id, token] = person.claim;
  co_return (co_await pool_.QueryAll(pg::BoundStatement(kLockHeld, id, token),
                                     pg::BoundStatement(kMarkSynced, id, token, person.sequence),
                                     pg::BoundStatement(kRelease, id, token)))
      .status();
}

Async<crypto::Sealer> ChangeRepository::PersonSealer(pg::Tx& tx, std::string_view subject) {
  std::string fresh = sealer_.Seal(crypto::RandomBytes(kPersonKeyBytes), subject);
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await tx.QueryAll(pg::BoundStatement(kInsertKey, subject, fresh),
                                           pg::BoundStatement(kLockKey, subject)));
  co_return OpenKey(subject, rows.back().Text(0, 0));
}

absl::StatusOr<crypto::Sealer> ChangeRepository::OpenKey(std::string_view subject,
                                                         std::string_view sealed_key) const {
  auto key = sealer_.OpenRow({"person_key", crypto::Sha256Hex(subject)}, sealed_key, subject);
  if (!key.ok()) return key.status();
  return crypto::Sealer::FromKey({"1", *std::move(key)});
}

absl::StatusOr<v1::Address> ChangeRepository::OpenAddress(std::string_view subject,
                                                          std::string_view sealed_key,
                                                          std::string_view sealed_value) const {
  auto sealer = OpenKey(subject, sealed_key);
  if (!sealer.ok()) return sealer.status();
  auto value = sealer->Open(sealed_value, "change.value");
  v1::Address address;
  if (value.ok() && address.ParseFromString(*value)) return address;
  sealer_.Report({"change", crypto::Sha256Hex(subject)});
  return absl::DataLossError("sealed address cannot be read");
}

}  // namespace tamarack::tellusonce
