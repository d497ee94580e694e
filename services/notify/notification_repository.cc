#include "services/notify/notification_repository.h"

#include "platform/base/id.h"
#include "platform/postgres/composed.h"
#include "platform/work/forget.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <set>
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

// One statement for all that wait. A key that exists already makes no notification.
constexpr pg::Statement kInsertMany{"notification.insert", "WITH " IDEMPOTENCY_KEYS R"sql(
  INSERT INTO notification (notification_id, service_id, key_type, template_id, template_version, reference, sealed)
  SELECT notification_id, service_id, key_type, template_id, template_version, reference, sealed
  FROM unnest($6::uuid[], $7::text[], $8::text[], $9::uuid[], $10::int[], $11::text[], $12::text[], $4::text[])
    AS i (notification_id, service_id, key_type, template_id, template_version, reference, sealed, claim)
  WHERE claim = '' OR claim IN (SELECT claim FROM taken)
  RETURNING notification_id)sql"};

constexpr pg::Statement kFind{"notification.find",
                              "SELECT " NOTIFICATION_COLUMNS
                              " FROM notification WHERE notification_id = $1 AND service_id = $2 "
                              "AND (key_type = 'test') = $3"};
// Of both modes, or of one, each with its index of what is due.
#define CLAIM(where)                                                    \
  WORK_CLAIM("notification", "notification_id", "attempts",             \
             ", status = 2, sent_at = coalesce(sent_at, now())", where) \
  " RETURNING " NOTIFICATION_COLUMNS
constexpr pg::Statement kClaim{"notification.claim", CLAIM("true")};
constexpr pg::Statement kClaimLive{"notification.claim_live", CLAIM("key_type <> 'test'")};
constexpr pg::Statement kClaimTest{"notification.claim_test", CLAIM("key_type = 'test'")};
constexpr work::QueueSql kQueue =
    WORK_QUEUE("notifications", "notification", "notification_id", "uuid", "attempts", "created_at",
               "due_at IS NOT NULL", WORK_COUNT("notification", "status = 6", "completed_at"));
constexpr pg::Statement kFinish{"notification.finish", R"sql(
  UPDATE notification SET status = $3, due_at = NULL, claim_token = NULL, completed_at = now()
  WHERE )sql" WORK_HELD("notification_id")};
constexpr pg::Statement kEndOld{"notification.end_old", R"sql(
  UPDATE notification SET status = 6, due_at = NULL, claim_token = NULL, completed_at = now()
  WHERE notification_id = ANY (ARRAY(
    SELECT notification_id FROM notification
    WHERE due_at IS NOT NULL AND (claim_token IS NULL OR due_at <= now())
      AND created_at < now() - make_interval(hours => $1)
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED))
  RETURNING notification_id)sql"};
constexpr pg::Statement kForget{"notification.forget", R"sql(
  UPDATE notification SET sealed = NULL WHERE notification_id = ANY (ARRAY(
    SELECT notification_id FROM notification
    WHERE sealed IS NOT NULL AND due_at IS NULL AND created_at < now() - make_interval(days => $1)
    ORDER BY created_at LIMIT $2)))sql"};
// Keys of the release before name notifications, and are over after a week.
constexpr pg::Statement kForgetRows{
    "notification.forget_rows",
    "WITH earlier AS (" WORK_FORGET(
        "idempotency_key", "created_at < now() - interval '7 days'",
        "created_at") ") " WORK_FORGET("notification",
                                       "sealed IS NULL AND due_at IS NULL "
                                       "AND created_at < now() - make_interval(days => $2)",
                                       "created_at")};
constexpr keys::ColumnSql kContents = SEALED_COLUMN("notification", "sealed", "notification_id");

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

}  // namespace

std::string_view StatusName(Status status) {
  return kStatusNames[static_cast<size_t>(status)];
}

auth::Mode ModeOfKey(std::string_view key_type) {
  return key_type == "test" ? auth::Mode::kSandbox : auth::Mode::kLive;
}

std::optional<Status> StatusOfName(std::string_view name) {
  for (size_t i = 1; i < kStatusNames.size(); ++i) {
    if (kStatusNames[i] == name) return static_cast<Status>(i);
  }
  return std::nullopt;
}

keys::KeyedColumn ContentColumn(crypto::Sealer sealer) {
  return keys::SealedColumn(kContents, std::move(sealer), [](const pg::Rows& rows, int row) {
    return std::string(rows.Text(row, 2));
  });
}

NotificationRepository::NotificationRepository(boost::asio::any_io_executor executor,
                                               pg::Pool& pool, const crypto::Sealer& sealer)
    : pool_(pool),
      sealer_(sealer),
      batcher_(executor, pool, [this](pg::Pool&, std::span<const NewNotification> rows) {
        return InsertMany(rows);
      }) {}

Async<bool> NotificationRepository::Insert(NewNotification notification) {
  return batcher_.Add(std::move(notification));
}

Async<std::vector<absl::StatusOr<bool>>> NotificationRepository::InsertMany(
    std::span<const NewNotification> all) {
  idempotency::KeyColumns keys;
  std::vector<std::string> ids, services, key_types, templates, sealed;
  std::vector<int> versions;
  std::vector<std::optional<std::string>> references;
  for (const auto& [row, key] : all) {
    keys.Add(key);
    ids.push_back(row.id);
    services.push_back(row.owner.id);
    key_types.push_back(row.key_type);
    templates.push_back(row.template_id);
    versions.push_back(row.template_version);
    references.push_back(row.reference);
    sealed.push_back(sealer_.Seal(ToJson(row.content), row.id));
  }
  CO_ASSIGN_OR_RETURN(auto made,
                      co_await pool_.Query(kInsertMany, keys.callers, keys.methods, keys.keys,
                                           keys.sealed, keys.kept_seconds, ids, services, key_types,
                                           templates, versions, references, sealed));
  std::set<std::string_view> made_ids;
  for (int i = 0; i < made.size(); ++i) made_ids.insert(made.Text(i, 0));
  std::vector<absl::StatusOr<bool>> answers;
  for (const auto& id : ids) answers.emplace_back(made_ids.contains(id));
  co_return answers;
}

Async<NotificationRow> NotificationRepository::Find(const auth::Owner& owner, std::string_view id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, id, owner.id, !owner.is_live()));
  if (rows.empty()) co_return absl::NotFoundError("No result found");
  co_return Decode(rows, 0);
}

Async<std::vector<NotificationRow>> NotificationRepository::List(const NotificationFilter& filter) {
  // Of several statuses each has its own newest, so that the index serves.
  const bool is_by_status = !filter.statuses.empty();
  pg::Composed list("notification.list", "SELECT " NOTIFICATION_COLUMNS " FROM ");
  list.AddIf(is_by_status,
             "(SELECT DISTINCT unnest($?::smallint[]) AS code) AS wanted CROSS JOIN LATERAL ",
             filter.statuses);
  list.Add("(SELECT n.* FROM notification n WHERE n.service_id = $? AND n.key_type = $?",
           filter.owner.id, filter.key_type);
  list.AddIf(is_by_status, " AND n.status = wanted.code");
  list.AddIf(filter.reference.has_value(), " AND n.reference = $?", filter.reference);
  list.AddIf(filter.older_than.has_value(),
             " AND (n.created_at, n.notification_id) < (SELECT o.created_at, o.notification_id "
             "FROM notification o WHERE o.notification_id = $? AND o.service_id = $? "
             "AND o.key_type = $?)",
             filter.older_than, filter.owner.id, filter.key_type);
  list.Add(
      " ORDER BY n.created_at DESC, n.notification_id DESC LIMIT $?) AS newest "
      "ORDER BY newest.created_at DESC, newest.notification_id DESC LIMIT $?",
      filter.limit, filter.limit);
  CO_ASSIGN_OR_RETURN(auto results, co_await pool_.QueryAll(list.Bind()));
  co_return DecodeAll(results.front());
}

Async<std::vector<NotificationRow>> NotificationRepository::Claim(int limit,
                                                                  std::chrono::milliseconds lease,
                                                                  std::optional<auth::Mode> mode) {
  std::string token = NewUuid();
  const auto& statement = !mode ? kClaim : *mode == auth::Mode::kLive ? kClaimLive : kClaimTest;
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(statement, limit, token, lease.count()));
  auto claimed = DecodeAll(rows);
  for (auto& row : claimed) row.claim_token = token;
  co_return claimed;
}

work::Queue NotificationRepository::queue() const {
  return {pool_, kQueue};
}

AsyncStatus NotificationRepository::Finish(const NotificationRow& row, Status status) {
  co_return (co_await pool_.Query(kFinish, row.id, row.claim_token, status)).status();
}

Async<std::vector<std::string>> NotificationRepository::EndOld(std::chrono::hours age, int limit) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kEndOld, age.count(), limit));
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) ids.emplace_back(rows.Text(row, 0));
  co_return ids;
}

Async<int64_t> NotificationRepository::ForgetContent(int days, int limit) {
  CO_ASSIGN_OR_RETURN(auto forgotten, co_await pool_.Query(kForget, days, limit));
  co_return forgotten.affected();
}

work::Sweep NotificationRepository::Forgetting(int days) {
  return work::Forgetting("notifications", pool_, kForgetRows, days);
}

NotificationRow NotificationRepository::Decode(const pg::Rows& rows, int i) const {
  NotificationRow row;
  row.id = rows.Text(i, 0);
  row.key_type = rows.Text(i, 2);
  row.owner = {.id = std::string(rows.Text(i, 1)), .mode = ModeOfKey(row.key_type)};
  row.template_id = rows.Text(i, 3);
  row.template_version = static_cast<int>(rows.Int(i, 4));
  row.reference = rows.OptionalText(i, 5);
  if (!rows.IsNull(i, 6)) {
    auto opened = sealer_.OpenRow({"notification", row.id}, rows.Text(i, 6), row.id);
    auto content = opened.ok() ? FromJson(*opened) : opened.status();
    row.is_unreadable = !content.ok();
    if (content.ok()) row.content = *std::move(content);
  }
  row.status = static_cast<Status>(rows.Int(i, 7));
  row.attempts = static_cast<int>(rows.Int(i, 8));
  row.created_at = rows.Text(i, 9);
  row.sent_at = rows.Text(i, 10);
  row.completed_at = rows.Text(i, 11);
  return row;
}

std::vector<NotificationRow> NotificationRepository::DecodeAll(const pg::Rows& rows) const {
  std::vector<NotificationRow> all;
  for (int i = 0; i < rows.size(); ++i) all.push_back(Decode(rows, i));
  return all;
}

}  // namespace tamarack::notify
