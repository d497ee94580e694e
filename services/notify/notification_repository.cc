#include "services/notify/notification_repository.h"

#include "platform/idempotency/once.h"
#include "platform/telemetry/log.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <map>
#include <utility>

namespace tamarack::notify {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> kStatusNames{"",
                                                       "created",
                                                       "sending",
                                                       "delivered",
                                                       "permanent-failure",
                                                       "temporary-failure",
                                                       "technical-failure"};

#define RFC3339(column) \
  "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define NOTIFICATION_COLUMNS                                                                  \
  "notification_id, service_id, key_type, template_id, template_version, reference, sealed, " \
  "status, attempts, " RFC3339("created_at") ", " RFC3339("sent_at") ", " RFC3339("completed_at")

// One statement for all that wait: first the keys, then only the notifications whose key (if any)
// is theirs. A conflicting key waits for the transaction that holds it, and then shows that
// transaction's notification.
constexpr pg::Statement kInsertMany{"notification.insert", R"sql(
  INSERT INTO notification (notification_id, service_id, key_type, template_id, template_version, reference, sealed)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::text[], $7::text[]))sql"};
constexpr pg::Statement kInsertKeys{"idempotency_key.insert", R"sql(
  INSERT INTO idempotency_key (service_id, key, request_sha256, notification_id)
  SELECT k.owner, k.key, k.sha, k.id
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[]) AS k(owner, service_id, key, sha, id)
  WHERE NOT EXISTS (SELECT FROM idempotency_key i WHERE i.service_id = k.service_id AND i.key = k.key)
  ORDER BY k.owner, k.key
  ON CONFLICT (service_id, key) DO NOTHING)sql"};
constexpr pg::Statement kDropSurplus{"notification.drop_surplus", R"sql(
  DELETE FROM notification n
  USING unnest($1::text[], $2::text[], $3::uuid[]) AS k(owner, key, id)
  WHERE n.notification_id = k.id AND NOT EXISTS (
    SELECT FROM idempotency_key i WHERE i.service_id = k.owner AND i.key = k.key AND i.notification_id = k.id))sql"};
constexpr pg::Statement kFindKeys{"idempotency_key.find", R"sql(
  SELECT DISTINCT ON (k.owner, k.key) k.owner, k.key, i.notification_id, i.request_sha256
  FROM unnest($1::text[], $2::text[], $3::text[]) AS k(owner, service_id, key)
    JOIN idempotency_key i ON i.service_id IN (k.owner, k.service_id) AND i.key = k.key
  ORDER BY k.owner, k.key, i.service_id = k.owner DESC)sql"};

constexpr pg::Statement kFind{"notification.find",
                              "SELECT " NOTIFICATION_COLUMNS
                              " FROM notification WHERE notification_id = $1 AND service_id = $2"};
constexpr pg::Statement kList{"notification.list", "SELECT " NOTIFICATION_COLUMNS R"sql(
  FROM notification
  WHERE service_id = $1 AND key_type = $2
    AND (cardinality($3::smallint[]) = 0 OR status = ANY ($3))
    AND ($4::text IS NULL OR reference = $4)
    AND ($5::uuid IS NULL OR (created_at, notification_id) <
         (SELECT o.created_at, o.notification_id FROM notification o WHERE o.notification_id = $5 AND o.service_id = $1))
  ORDER BY created_at DESC, notification_id DESC LIMIT $6)sql"};
constexpr pg::Statement kClaim{"notification.claim", R"sql(
  UPDATE notification SET status = 2, attempts = attempts + 1, sent_at = coalesce(sent_at, now()),
    due_at = now() + make_interval(secs => $2)
  WHERE notification_id IN (SELECT notification_id FROM notification WHERE due_at <= now()
    ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" NOTIFICATION_COLUMNS};
// The first end counts; a worker whose claim lapsed may come late. So it must not postpone what
// another one has claimed since.
constexpr pg::Statement kFinish{"notification.finish", R"sql(
  UPDATE notification SET status = $2, due_at = NULL, completed_at = now()
  WHERE notification_id = $1 AND due_at IS NOT NULL)sql"};
constexpr pg::Statement kPostpone{"notification.postpone", R"sql(
  UPDATE notification SET due_at = now() + make_interval(secs => $3)
  WHERE notification_id = $1 AND attempts = $2 AND due_at IS NOT NULL)sql"};
constexpr pg::Statement kForget{"notification.forget", R"sql(
  UPDATE notification SET sealed = NULL
  WHERE sealed IS NOT NULL AND due_at IS NULL AND created_at < now() - make_interval(days => $1))sql"};
constexpr pg::Statement kForgetKeys{"idempotency_key.forget", R"sql(
  DELETE FROM idempotency_key WHERE created_at < now() - make_interval(days => $1))sql"};

std::string ToJson(const NotificationContent& content) {
  return json::serialize(
      json::object{{"email_address", content.email_address},
                   {"subject", content.subject},
                   {"body", content.body},
                   {"markdown", content.markdown},
                   {"language", content.language},
                   {"one_click_unsubscribe_url", content.one_click_unsubscribe_url}});
}

absl::StatusOr<NotificationContent> FromJson(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object())
    return absl::DataLossError("sealed notification is no JSON object");
  auto member = [&](const char* key) {
    const auto* found = value.get_object().if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  return NotificationContent{.email_address = member("email_address"),
                             .subject = member("subject"),
                             .body = member("body"),
                             .markdown = member("markdown"),
                             .language = member("language"),
                             .one_click_unsubscribe_url = member("one_click_unsubscribe_url")};
}

// The notification that a key made, if this is the same request.
absl::StatusOr<std::string> SameRequest(std::string_view first_id, std::string_view first_sha256,
                                        std::string_view sha256) {
  if (first_sha256 != sha256)
    return absl::FailedPreconditionError("Idempotency-Key was used for another request");
  return std::string(first_id);
}

}  // namespace

std::string_view StatusName(Status status) {
  return kStatusNames[static_cast<size_t>(status)];
}

std::optional<Status> StatusOfName(std::string_view name) {
  for (size_t i = 1; i < kStatusNames.size(); ++i) {
    if (kStatusNames[i] == name) return static_cast<Status>(i);
  }
  return std::nullopt;
}

NotificationRepository::NotificationRepository(boost::asio::any_io_executor executor,
                                               pg::Pool& pool, const crypto::Sealer& sealer)
    : pool_(pool),
      sealer_(sealer),
      batcher_(executor, pool, [this](pg::Pool&, std::span<const NotificationRow> rows) {
        return InsertMany(rows);
      }) {}

Async<std::string> NotificationRepository::Insert(NotificationRow row) {
  return batcher_.Add(std::move(row));
}

Async<std::vector<absl::StatusOr<std::string>>> NotificationRepository::InsertMany(
    std::span<const NotificationRow> rows) {
  std::vector<std::string> ids, services, key_types, templates, sealed;
  std::vector<int> versions;
  std::vector<std::optional<std::string>> references;
  std::vector<std::string> owners, keyed_services, keys, hashes, keyed_ids;
  for (const auto& row : rows) {
    ids.push_back(row.id);
    services.push_back(row.service_id);
    key_types.push_back(row.key_type);
    templates.push_back(row.template_id);
    versions.push_back(row.template_version);
    references.push_back(row.reference);
    sealed.push_back(sealer_.Seal(ToJson(row.content), row.id));
    if (row.idempotency_key.empty()) continue;
    owners.push_back(idempotency::KeyOwner(row.service_id, row.key_type));
    keyed_services.push_back(row.service_id);
    keys.push_back(row.idempotency_key);
    hashes.push_back(row.request_sha256);
    keyed_ids.push_back(row.id);
  }
  std::vector<pg::Call> calls;
  calls.emplace_back(kInsertMany, ids, services, key_types, templates, versions, references,
                     sealed);
  if (!keys.empty()) {
    calls.emplace_back(kInsertKeys, owners, keyed_services, keys, hashes, keyed_ids);
    calls.emplace_back(kDropSurplus, owners, keys, keyed_ids);
    calls.emplace_back(kFindKeys, owners, keyed_services, keys);
  }
  CO_ASSIGN_OR_RETURN(auto results, co_await pool_.QueryAll(std::move(calls)));

  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> first_by_key;
  if (!keys.empty()) {
    const auto& found = results.back();
    for (int i = 0; i < found.size(); ++i) {
      first_by_key[{std::string(found.Text(i, 0)), std::string(found.Text(i, 1))}] = {
          std::string(found.Text(i, 2)), std::string(found.Text(i, 3))};
    }
  }
  std::vector<absl::StatusOr<std::string>> answers;
  for (const auto& row : rows) {
    auto first = first_by_key.find(
        {idempotency::KeyOwner(row.service_id, row.key_type), row.idempotency_key});
    if (row.idempotency_key.empty() || first == first_by_key.end()) {
      answers.emplace_back(row.id);
    } else {
      answers.push_back(SameRequest(first->second.first, first->second.second, row.request_sha256));
    }
  }
  co_return answers;
}

Async<std::optional<std::string>> NotificationRepository::FindByKey(
    const std::string& service_id, const std::string& key_type, const std::string& key,
    const std::string& request_sha256) {
  CO_ASSIGN_OR_RETURN(
      auto rows,
      co_await pool_.Query(kFindKeys, std::vector{idempotency::KeyOwner(service_id, key_type)},
                           std::vector{service_id}, std::vector{key}));
  if (rows.empty()) co_return std::optional<std::string>();
  co_return SameRequest(rows.Text(0, 2), rows.Text(0, 3), request_sha256);
}

Async<NotificationRow> NotificationRepository::Find(std::string_view service_id,
                                                    std::string_view id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, id, service_id));
  if (rows.empty()) co_return absl::NotFoundError("No result found");
  co_return Decode(rows, 0);
}

Async<std::vector<NotificationRow>> NotificationRepository::List(const NotificationFilter& filter) {
  CO_ASSIGN_OR_RETURN(
      auto rows, co_await pool_.Query(kList, filter.service_id, filter.key_type, filter.statuses,
                                      filter.reference, filter.older_than, filter.limit));
  co_return DecodeAll(rows);
}

Async<std::vector<NotificationRow>> NotificationRepository::Claim(int limit, int lease_seconds) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaim, limit, lease_seconds));
  std::vector<NotificationRow> claimed;
  for (int i = 0; i < rows.size(); ++i) {
    auto row = Decode(rows, i);
    if (row.ok()) {
      claimed.push_back(*std::move(row));
    } else {
      // Sealed under a key that this process does not have: it waits for one that does, the others
      // need not.
      telemetry::Log(telemetry::Level::kError, "cannot open a notification",
                     {{"notification_id", rows.Text(i, 0)}});
    }
  }
  co_return claimed;
}

AsyncStatus NotificationRepository::Finish(std::string_view id, Status status) {
  co_return (co_await pool_.Query(kFinish, id, status)).status();
}

AsyncStatus NotificationRepository::Postpone(const NotificationRow& row, int delay_seconds) {
  co_return (co_await pool_.Query(kPostpone, row.id, row.attempts, delay_seconds)).status();
}

Async<int64_t> NotificationRepository::ForgetContent(int days) {
  CO_ASSIGN_OR_RETURN(
      auto results, co_await pool_.QueryAll(pg::Call(kForget, days), pg::Call(kForgetKeys, days)));
  co_return results.front().affected();
}

absl::StatusOr<NotificationRow> NotificationRepository::Decode(const pg::Rows& rows, int i) const {
  NotificationRow row;
  row.id = rows.Text(i, 0);
  row.service_id = rows.Text(i, 1);
  row.key_type = rows.Text(i, 2);
  row.template_id = rows.Text(i, 3);
  row.template_version = static_cast<int>(rows.Int(i, 4));
  row.reference = rows.OptionalText(i, 5);
  if (!rows.IsNull(i, 6)) {
    auto opened = sealer_.Open(rows.Text(i, 6), row.id);
    if (!opened.ok()) return opened.status();
    auto content = FromJson(*opened);
    if (!content.ok()) return content.status();
    row.content = *std::move(content);
  }
  row.status = static_cast<Status>(rows.Int(i, 7));
  row.attempts = static_cast<int>(rows.Int(i, 8));
  row.created_at = rows.Text(i, 9);
  row.sent_at = rows.Text(i, 10);
  row.completed_at = rows.Text(i, 11);
  return row;
}

absl::StatusOr<std::vector<NotificationRow>> NotificationRepository::DecodeAll(
    const pg::Rows& rows) const {
  std::vector<NotificationRow> all;
  for (int i = 0; i < rows.size(); ++i) {
    auto row = Decode(rows, i);
    if (!row.ok()) return row.status();
    all.push_back(*std::move(row));
  }
  return all;
}

}  // namespace tamarack::notify
