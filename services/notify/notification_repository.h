#pragma once

#include "platform/auth/owner.h"
#include "platform/crypto/seal.h"
#include "platform/idempotency/batch.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/batch.h"
#include "platform/postgres/postgres.h"
#include "platform/work/claims.h"
#include "platform/work/sweeper.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::notify {

// Numbers as stored.
enum class Status {
  kCreated = 1,
  kSending = 2,
  kDelivered = 3,
  kPermanentFailure = 4,
  kTemporaryFailure = 5,
  kTechnicalFailure = 6,
};

// As GOV.UK Notify writes it: `permanent-failure`.
std::string_view StatusName(Status status);
// nullopt for a name that is none.
std::optional<Status> StatusOfName(std::string_view name);

// A team's notifications are real ones.
auth::Mode ModeOfKey(std::string_view key_type);

// What is personal about a notification, kept sealed.
struct NotificationContent {
  std::string email_address;
  std::string subject;
  std::string body;      // as shown: placeholders filled in
  std::string markdown;  // as sent: values escaped
  std::string language;  // BCP 47 tag; empty: accepted before templates had one
  std::string one_click_unsubscribe_url;
};

struct NotificationRow {
  std::string id;
  auth::Owner owner;
  // `test` in the sandbox; else `live` or `team`.
  std::string key_type = "live";
  std::string template_id;
  int template_version = 0;
  std::optional<std::string> reference;
  NotificationContent content;  // empty once the retention has ended, and when it cannot be read
  bool is_unreadable = false;
  Status status = Status::kCreated;
  int attempts = 0;
  std::string claim_token;  // of a claimed one
  // RFC 3339 with microseconds; empty until then.
  std::string created_at, sent_at, completed_at;
};

struct NewNotification {
  NotificationRow row;
  idempotency::KeyRow key;
};

struct NotificationFilter {
  auth::Owner owner;
  std::string key_type;
  std::vector<Status> statuses;
  std::optional<std::string> reference;
  std::optional<std::string> older_than;
  int limit = 250;
};

// What is personal about notifications, which the sealer opens.
keys::KeyedColumn ContentColumn(crypto::Sealer sealer);

// Table `notification`. The only file pair that holds SQL about them.
class NotificationRepository {
 public:
  NotificationRepository(boost::asio::any_io_executor executor, pg::Pool& pool,
                         const crypto::Sealer& sealer);

  // Stores a new notification, committed together with others that wait. False when the
  // idempotency key was used before: nothing is stored then.
  Async<bool> Insert(NewNotification notification);
  // Of what stores them.
  const absl::Status& writer_health() const { return batcher_.health(); }

  // NOT_FOUND when the owner has none of that id.
  Async<NotificationRow> Find(const auth::Owner& owner, std::string_view id);
  // Newest first.
  Async<std::vector<NotificationRow>> List(const NotificationFilter& filter);

  // Takes due notifications for a while, of one mode or both: `claim_token` says so, and whoever
  // lost it records nothing.
  Async<std::vector<NotificationRow>> Claim(int limit, std::chrono::milliseconds lease,
                                            std::optional<auth::Mode> mode = std::nullopt);
  work::Queue queue() const;
  // Ends its story; `status` is a final one.
  AsyncStatus Finish(const NotificationRow& row, Status status);

  // Ends as technical failures, of `limit` at most, those that have waited for longer than `age`
  // and that nobody is sending; their ids.
  Async<std::vector<std::string>> EndOld(std::chrono::hours age, int limit);
  // Empties the content of ended notifications older than `days`, of `limit` at most; how many.
  Async<int64_t> ForgetContent(int days, int limit);
  // Deletes emptied ones older than `days`.
  work::Sweep Forgetting(int days);

 private:
  NotificationRow Decode(const pg::Rows& rows, int row) const;
  std::vector<NotificationRow> DecodeAll(const pg::Rows& rows) const;
  Async<std::vector<absl::StatusOr<bool>>> InsertMany(std::span<const NewNotification> all);

  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  pg::Batcher<NewNotification, bool> batcher_;
};

}  // namespace tamarack::notify
