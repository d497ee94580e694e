#include "services/notify/delivery_worker.h"

#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/text/email_address.h"
#include "services/notify/email_message.h"
#include "services/notify/recipient.h"

#include <array>

namespace tamarack::notify {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kForgetInterval = 1h;
// First quickly, for relays that hiccup, then every five minutes for about four hours, as GOV.UK
// Notify does.
constexpr std::array<std::chrono::seconds, 3> kFirstDelays{5s, 30s, 120s};
constexpr std::chrono::seconds kDelay = 300s;
constexpr int kAttemptsMax = 48;
// What cannot be read waits for its key, however long that is away.
constexpr auto kUnreadableDelay = 60s;
// What the relay's outage stopped goes behind what waits.
constexpr auto kOutageDelay = 30s;
// No outage makes an email wait for longer; as with webhooks.
constexpr auto kWaitMax = 75h;
// Destinations: what contacts nobody does not wait for the relay.
constexpr char kRelay[] = "relay";
constexpr char kSandbox[] = "sandbox";

std::chrono::seconds DelayAfter(int attempts) {
  size_t index = static_cast<size_t>(std::max(attempts, 1) - 1);
  return index < kFirstDelays.size() ? kFirstDelays[index] : kDelay;
}

// Tells the try what an end says of the relay; true in an outage, which says nothing of this email.
// What may have been taken is never that, lest it is sent for ever.
bool IsOutage(const absl::Status& sent, work::Try& attempt) {
  // Nothing was sent, or not to its end.
  if (absl::IsInvalidArgument(sent) || absl::IsCancelled(sent)) return false;
  if (smtp::IsNotReached(sent)) return attempt.NotReached();
  bool is_about_mail = absl::IsUnavailable(sent) && smtp::IsAboutMail(ToStd(sent.message()));
  if (sent.ok() || absl::IsFailedPrecondition(sent) || is_about_mail) {
    attempt.Reached();
    return false;
  }
  return attempt.Failed() && !absl::IsUnknown(sent);
}

}  // namespace

// Sends one email and records what became of it.
class DeliveryWorker::Mailer {
 public:
  Mailer(NotificationRepository& notifications_, smtp::Client& smtp_, DeliveryOptions options_,
         prometheus::Registry& registry)
      : notifications_(notifications_),
        smtp_(smtp_),
        options_(std::move(options_)),
        delivered_(telemetry::Counter(registry, "tamarack_notify_delivered_total",
                                      "Emails that the relay took")),
        handover_(telemetry::WaitHistogram(
            registry, "tamarack_notify_handover_duration_seconds",
            "Time from accepting an email to the relay's taking it or our giving it up")),
        permanent_failures_(Failures(registry, Status::kPermanentFailure)),
        temporary_failures_(Failures(registry, Status::kTemporaryFailure)),
        technical_failures_(Failures(registry, Status::kTechnicalFailure)),
        postponed_(telemetry::Counter(registry, "tamarack_notify_postponed_total",
                                      "Attempts that will be repeated")) {}

  Async<std::vector<work::Job>> Claim(const work::Room& room) {
    auto limited = room.limited.find(kRelay);
    int live_max = limited == room.limited.end() ? room.jobs : limited->second;
    std::vector<work::Job> jobs;
    if (live_max >= room.jobs) {
      CO_ASSIGN_OR_RETURN(auto rows, co_await notifications_.Claim(room.jobs, room.lease));
      AddJobs(rows, jobs);
      co_return jobs;
    }
    if (live_max > 0) {
      CO_ASSIGN_OR_RETURN(auto live,
                          co_await notifications_.Claim(live_max, room.lease, auth::Mode::kLive));
      AddJobs(live, jobs);
    }
    // What is claimed already is done, though this may fail.
    auto tests = co_await notifications_.Claim(room.jobs - static_cast<int>(jobs.size()),
                                               room.lease, auth::Mode::kSandbox);
    if (tests.ok()) AddJobs(*tests, jobs);
    if (!tests.ok() && jobs.empty()) co_return tests.status();
    co_return jobs;
  }

  // Gives up what has waited for too long, then forgets what is kept for too long; how many.
  Async<int64_t> EndAndForget(int limit) {
    auto retention = std::chrono::hours(24) * options_.retention_days;
    CO_ASSIGN_OR_RETURN(auto ended, co_await notifications_.EndOld(
                                        std::min<std::chrono::hours>(kWaitMax, retention), limit));
    for (const auto& id : ended) {
      technical_failures_.Increment();
      telemetry::Log(telemetry::Level::kWarning, "notification failed",
                     {{"notification_id", id},
                      {"status", StatusName(Status::kTechnicalFailure)},
                      {"reason", "too old"}});
    }
    CO_ASSIGN_OR_RETURN(auto forgotten,
                        co_await notifications_.ForgetContent(options_.retention_days, limit));
    co_return std::max(forgotten, static_cast<int64_t>(ended.size()));
  }

 private:
  void AddJobs(const std::vector<NotificationRow>& rows, std::vector<work::Job>& jobs) {
    for (const auto& row : rows) {
      jobs.push_back({.claim = {row.id, row.claim_token},
                      .destination = row.key_type == "test" ? kSandbox : kRelay,
                      .run = [this, row](work::Try& attempt) { return Deliver(row, attempt); }});
    }
  }

  asio::awaitable<work::Outcome> Deliver(const NotificationRow& row, work::Try& attempt) {
    // Perhaps under a key that this process has not read yet.
    if (row.is_unreadable) co_return work::Again{kUnreadableDelay, /*is_attempt=*/false};
    if (row.key_type == "test") co_return co_await Record(row, Simulate(row));
    absl::Status sent = co_await Send(row);
    if (!IsOutage(sent, attempt)) co_return co_await Record(row, sent);
    postponed_.Increment();
    LogFailure("notification postponed", row, sent, Status::kSending);
    co_return work::Again{kOutageDelay, /*is_attempt=*/false};
  }

  // A sandbox never reaches the outside world; its outcome is what the address asks for.
  static absl::Status Simulate(const NotificationRow& row) {
    switch (SimulationOf(row.content.email_address)) {
      case Simulation::kPermanentFailure:
        return absl::FailedPreconditionError("simulated");
      case Simulation::kTemporaryFailure:
        return absl::OutOfRangeError("simulated");
      default:
        return absl::OkStatus();
    }
  }

  AsyncStatus Send(const NotificationRow& row) {
    smtp::Mail mail;
    mail.url = options_.smtp_url;
    mail.username = options_.smtp_username;
    mail.password = options_.smtp_password;
    mail.require_tls = options_.require_tls;
    mail.ca_file = options_.smtp_ca_file;
    mail.from = options_.from_address;
    mail.to = text::AsciiEmailAddress(row.content.email_address);
    mail.timeout = options_.smtp_timeout;
    mail.message = FormatEmail({.message_id = row.id + "@" + options_.message_id_domain,
                                .from_name = options_.from_name,
                                .from_address = options_.from_address,
                                .to_address = mail.to,
                                .subject = row.content.subject,
                                .markdown = row.content.markdown,
                                .language = row.content.language,
                                .one_click_unsubscribe_url = row.content.one_click_unsubscribe_url,
                                .date = std::chrono::system_clock::now()});
    co_return (co_await smtp_.Send(std::move(mail))).status();
  }

  // Of what went to the relay: nobody waits for what is simulated.
  void ObserveHandover(const NotificationRow& row) {
    absl::Time accepted;
    if (row.key_type == "test" ||
        !absl::ParseTime(absl::RFC3339_full, row.created_at, &accepted, nullptr))
      return;
    handover_.Observe(absl::ToDoubleSeconds(absl::Now() - accepted));
  }

  asio::awaitable<work::Outcome> Record(const NotificationRow& row, const absl::Status& sent) {
    if (sent.ok()) {
      delivered_.Increment();
      ObserveHandover(row);
      return Finish(row, Status::kDelivered);
    }
    // Refused by the relay, or no address that mail can be sent to: the next attempt would end the
    // same.
    bool is_permanent = absl::IsFailedPrecondition(sent) || absl::IsInvalidArgument(sent);
    bool is_simulated_temporary = absl::IsOutOfRange(sent);
    if (is_permanent) return GiveUp(row, sent, Status::kPermanentFailure, permanent_failures_);
    if (is_simulated_temporary)
      return GiveUp(row, sent, Status::kTemporaryFailure, temporary_failures_);
    if (row.attempts >= kAttemptsMax)
      return GiveUp(row, sent, Status::kTechnicalFailure, technical_failures_);
    postponed_.Increment();
    LogFailure("notification postponed", row, sent, Status::kSending);
    return Postpone(DelayAfter(row.attempts));
  }

  static asio::awaitable<work::Outcome> Postpone(std::chrono::seconds delay) {
    co_return work::Again{delay};
  }

  asio::awaitable<work::Outcome> Finish(const NotificationRow& row, Status status) {
    absl::Status recorded = co_await work::Record(
        status == Status::kDelivered, [&] { return notifications_.Finish(row, status); });
    if (!recorded.ok()) {
      // The claim ends by itself and the row is taken again.
      telemetry::Log(telemetry::Level::kWarning, "cannot record a delivery",
                     {{"notification_id", row.id}});
    }
    co_return std::nullopt;
  }

  // Without the reply's words, which often repeat the address.
  static void LogFailure(std::string_view message, const NotificationRow& row,
                         const absl::Status& sent, Status status) {
    telemetry::Log(telemetry::Level::kWarning, message,
                   {{"notification_id", row.id},
                    {"status", StatusName(status)},
                    {"attempts", row.attempts},
                    {"reply", smtp::ReplyCode(ToStd(sent.message()))},
                    {"code", absl::StatusCodeToString(sent.code())}});
  }

  asio::awaitable<work::Outcome> GiveUp(const NotificationRow& row, const absl::Status& sent,
                                        Status status, prometheus::Counter& failures) {
    failures.Increment();
    if (status == Status::kTechnicalFailure) ObserveHandover(row);
    LogFailure("notification failed", row, sent, status);
    return Finish(row, status);
  }

  static prometheus::Counter& Failures(prometheus::Registry& registry, Status status) {
    return telemetry::Counter(registry, "tamarack_notify_failed_total", "Emails given up",
                              {{"status", std::string(StatusName(status))}});
  }

  NotificationRepository& notifications_;
  smtp::Client& smtp_;
  const DeliveryOptions options_;
  prometheus::Counter& delivered_;
  prometheus::Histogram& handover_;
  prometheus::Counter& permanent_failures_;
  prometheus::Counter& temporary_failures_;
  prometheus::Counter& technical_failures_;
  prometheus::Counter& postponed_;
};

DeliveryWorker::DeliveryWorker(asio::any_io_executor executor,
                               NotificationRepository& notifications, smtp::Client& smtp,
                               DeliveryOptions options, prometheus::Registry& registry)
    : mailer_(std::make_unique<Mailer>(notifications, smtp, options, registry)),
      worker_(executor, notifications.queue(),
              [mailer = mailer_.get()](const work::Room& room) { return mailer->Claim(room); },
              {.tick = options.tick,
               .in_flight_max = options.in_flight_max,
               .share_max = options.in_flight_max,
               .registry = &registry}),
      forgetting_(executor, {.name = "notification content",
                             .every = kForgetInterval,
                             .batch = [mailer = mailer_.get()](int limit) {
                               return mailer->EndAndForget(limit);
                             }}) {}

DeliveryWorker::~DeliveryWorker() = default;

void DeliveryWorker::Start() {
  worker_.Start();
  forgetting_.Start();
}

void DeliveryWorker::Stop() {
  work::StopAll(worker_, forgetting_);
}

}  // namespace tamarack::notify
