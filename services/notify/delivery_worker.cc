#include "services/notify/delivery_worker.h"

#include "platform/runtime/offload.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/text/email_address.h"
#include "services/notify/email_message.h"
#include "services/notify/recipient.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <future>

namespace tamarack::notify {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kForgetInterval = 1h;
// First quickly, for relays that hiccup, then every five minutes for about four hours, as GOV.UK
// Notify does.
constexpr std::array<int, 3> kFirstDelaysSeconds{5, 30, 120};
constexpr int kDelaySeconds = 300;
constexpr int kAttemptsMax = 48;
// What cannot be read waits for its key, however long that is away.
constexpr int kUnreadableDelaySeconds = 60;

int DelayAfter(int attempts) {
  size_t index = static_cast<size_t>(std::max(attempts, 1) - 1);
  return index < kFirstDelaysSeconds.size() ? kFirstDelaysSeconds[index] : kDelaySeconds;
}

}  // namespace

struct DeliveryWorker::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor_, NotificationRepository& notifications_,
        smtp::Client& smtp_, DeliveryOptions options_, prometheus::Registry& registry)
      : executor(executor_),
        notifications(notifications_),
        smtp(smtp_),
        options(std::move(options_)),
        ticker(executor_),
        delivered(
            telemetry::Counter(registry, "notify_delivered_total", "Emails that the relay took")),
        permanent_failures(Failures(registry, Status::kPermanentFailure)),
        temporary_failures(Failures(registry, Status::kTemporaryFailure)),
        technical_failures(Failures(registry, Status::kTechnicalFailure)),
        postponed(telemetry::Counter(registry, "notify_postponed_total",
                                     "Attempts that will be repeated")) {}

  asio::awaitable<void> Run() {
    auto last_forget = std::chrono::steady_clock::time_point();
    while (!stopping) {
      bool has_more = co_await ClaimAndSend();
      if (std::chrono::steady_clock::now() - last_forget > kForgetInterval) {
        last_forget = std::chrono::steady_clock::now();
        auto forgotten = co_await notifications.ForgetContent(options.retention_days);
        if (forgotten.ok() && *forgotten > 0) {
          telemetry::Log(telemetry::Level::kInfo, "forgot content",
                         {{"notifications", *forgotten}});
        }
      }
      if (has_more || std::exchange(is_woken, false) || stopping) continue;
      ticker.expires_after(options.tick);
      co_await ticker.async_wait(asio::as_tuple(asio::use_awaitable));
      is_woken = false;
    }
    is_running = false;
    FinishStop();
  }

  // True when there may be more to claim at once.
  asio::awaitable<bool> ClaimAndSend() {
    int room = options.in_flight_max - in_flight;
    if (room <= 0) co_return false;
    int lease_seconds = 2 * static_cast<int>(options.smtp_timeout.count());
    auto claimed = co_await notifications.Claim(room, lease_seconds);
    if (!claimed.ok()) {
      telemetry::Log(telemetry::Level::kWarning, "cannot claim notifications",
                     {{"code", absl::StatusCodeToString(claimed.status().code())}});
      co_return false;
    }
    for (auto& row : *claimed) {
      ++in_flight;
      runtime::Spawn(executor, [self = shared_from_this(), row = std::move(row)]() {
        return self->Deliver(row);
      });
    }
    co_return static_cast<int>(claimed->size()) == room;
  }

  asio::awaitable<void> Deliver(const NotificationRow& row) {
    absl::Status recorded = co_await Attempt(row);
    if (!recorded.ok()) {
      // The claim ends by itself and the row is taken again.
      telemetry::Log(telemetry::Level::kWarning, "cannot record a delivery",
                     {{"notification_id", row.id}});
    }
    // Others may be due that there was no room for.
    if (in_flight-- == options.in_flight_max) Wake();
    FinishStop();
  }

  AsyncStatus Attempt(const NotificationRow& row) {
    // Perhaps under a key that this process has not read yet.
    if (row.is_unreadable) co_return co_await notifications.SetAside(row, kUnreadableDelaySeconds);
    absl::Status sent = co_await Send(row);
    co_return co_await Record(row, sent);
  }

  AsyncStatus Send(const NotificationRow& row) {
    // A sandbox never reaches the outside world; its outcome is what the address asks for.
    if (row.key_type == "test") {
      switch (SimulationOf(row.content.email_address)) {
        case Simulation::kPermanentFailure:
          co_return absl::FailedPreconditionError("simulated");
        case Simulation::kTemporaryFailure:
          co_return absl::OutOfRangeError("simulated");
        default:
          co_return absl::OkStatus();
      }
    }
    smtp::Mail mail;
    mail.url = options.smtp_url;
    mail.username = options.smtp_username;
    mail.password = options.smtp_password;
    mail.require_tls = options.require_tls;
    mail.ca_file = options.smtp_ca_file;
    mail.from = options.from_address;
    mail.to = text::AsciiEmailAddress(row.content.email_address);
    mail.timeout = options.smtp_timeout;
    mail.message = FormatEmail({.message_id = row.id + "@" + options.message_id_domain,
                                .from_name = options.from_name,
                                .from_address = options.from_address,
                                .to_address = mail.to,
                                .subject = row.content.subject,
                                .markdown = row.content.markdown,
                                .language = row.content.language,
                                .one_click_unsubscribe_url = row.content.one_click_unsubscribe_url,
                                .date = std::chrono::system_clock::now()});
    co_return (co_await smtp.Send(std::move(mail))).status();
  }

  AsyncStatus Record(const NotificationRow& row, const absl::Status& sent) {
    if (sent.ok()) {
      delivered.Increment();
      return notifications.Finish(row.id, Status::kDelivered);
    }
    // Refused by the relay, or no address that mail can be sent to: the next attempt would end the
    // same.
    bool is_permanent = absl::IsFailedPrecondition(sent) || absl::IsInvalidArgument(sent);
    bool is_simulated_temporary = absl::IsOutOfRange(sent);
    if (is_permanent) return GiveUp(row, sent, Status::kPermanentFailure, permanent_failures);
    if (is_simulated_temporary)
      return GiveUp(row, sent, Status::kTemporaryFailure, temporary_failures);
    if (row.attempts >= kAttemptsMax)
      return GiveUp(row, sent, Status::kTechnicalFailure, technical_failures);
    postponed.Increment();
    LogFailure("notification postponed", row, sent, Status::kSending);
    return notifications.Postpone(row, DelayAfter(row.attempts));
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

  AsyncStatus GiveUp(const NotificationRow& row, const absl::Status& sent, Status status,
                     prometheus::Counter& failures) {
    failures.Increment();
    LogFailure("notification failed", row, sent, status);
    return notifications.Finish(row.id, status);
  }

  static prometheus::Counter& Failures(prometheus::Registry& registry, Status status) {
    return telemetry::Counter(registry, "notify_failed_total", "Emails given up",
                              {{"status", std::string(StatusName(status))}});
  }

  void Wake() {
    is_woken = true;
    ticker.cancel();
  }

  void FinishStop() {
    if (stopping && !is_running && in_flight == 0 && stopped) std::exchange(stopped, nullptr)();
  }

  asio::any_io_executor executor;
  NotificationRepository& notifications;
  smtp::Client& smtp;
  const DeliveryOptions options;
  asio::steady_timer ticker;
  prometheus::Counter& delivered;
  prometheus::Counter& permanent_failures;
  prometheus::Counter& temporary_failures;
  prometheus::Counter& technical_failures;
  prometheus::Counter& postponed;
  int in_flight = 0;
  bool is_woken = false;  // work was announced, perhaps while claiming
  bool is_running = false;
  bool stopping = false;
  std::function<void()> stopped;
};

DeliveryWorker::DeliveryWorker(asio::any_io_executor executor,
                               NotificationRepository& notifications, smtp::Client& smtp,
                               DeliveryOptions options, prometheus::Registry& registry)
    : state_(std::make_shared<State>(executor, notifications, smtp, std::move(options), registry)) {
}

DeliveryWorker::~DeliveryWorker() = default;

void DeliveryWorker::Start() {
  state_->is_running = true;
  runtime::Spawn(state_->executor, [state = state_] { return state->Run(); });
}

void DeliveryWorker::Wake() {
  state_->Wake();
}

void DeliveryWorker::Stop() {
  std::promise<void> done;
  asio::post(state_->executor, [&] {
    state_->stopping = true;
    state_->stopped = [&done] { done.set_value(); };
    state_->ticker.cancel();
    state_->FinishStop();
  });
  done.get_future().wait();
}

}  // namespace tamarack::notify
