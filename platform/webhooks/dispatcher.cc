#include "platform/webhooks/dispatcher.h"

#include "platform/base/clock.h"
#include "platform/crypto/seal.h"
#include "platform/http/client.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/webhooks/cloud_event.h"
#include "platform/webhooks/delivery_store.h"
#include "platform/webhooks/retry.h"
#include "platform/webhooks/signature.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <map>
#include <random>

namespace tamarack::webhooks {
namespace asio = boost::asio;

// One coroutine does all database work in turns: record what has come back, claim what is due,
// start it, sleep until woken. What comes back meanwhile is recorded together in its next turn.
// Requests run beside it and touch no database.
class Dispatcher::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::any_io_executor executor, pg::Pool& pool, http::Client& client,
       const crypto::Sealer& sealer, DispatcherOptions options)
      : executor_(executor),
        store_(pool),
        client_(client),
        sealer_(sealer),
        options_(std::move(options)),
        alarm_(executor) {}

  asio::awaitable<void> Run();

  void Wake() {
    is_woken_ = true;
    alarm_.cancel();
  }
  // From now on only what is in flight is finished; `stopped()` becomes ready then.
  void BeginStop() {
    is_stopping_ = true;
    Wake();
  }
  std::future<void> stopped() { return stopped_.get_future(); }
  const asio::any_io_executor& executor() const { return executor_; }
  const DispatcherOptions& options() const { return options_; }

 private:
  asio::awaitable<bool> Turn();
  AsyncStatus Record();
  Async<bool> ClaimAndStart();
  asio::awaitable<void> Deliver(ClaimedDelivery delivery);
  Async<http::ClientResponse> Post(const ClaimedDelivery& delivery, const std::string& secret);
  asio::awaitable<void> SleepUntilWoken();
  void Report(const FinishedAttempt& finished) const;

  const asio::any_io_executor executor_;
  DeliveryStore store_;
  http::Client& client_;
  const crypto::Sealer& sealer_;
  const DispatcherOptions options_;
  asio::steady_timer alarm_;
  std::chrono::steady_clock::time_point
      sweep_at_;  // when endpoints disabled meanwhile are looked for
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::promise<void> stopped_;
  std::vector<FinishedAttempt> finished_;
  std::map<std::string, int> in_flight_;  // by endpoint
  int in_flight_total_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

asio::awaitable<void> Dispatcher::Loop::Run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!is_stopping_ || in_flight_total_ > 0 || !finished_.empty()) {
    is_woken_ = false;
    bool is_done = co_await Turn();
    if (!is_done) is_woken_ = false;  // the database is in trouble: wait for the next tick
    if (!is_woken_) co_await SleepUntilWoken();
  }
  stopped_.set_value();
}

// False when the database failed.
asio::awaitable<bool> Dispatcher::Loop::Turn() {
  absl::Status status = co_await Record();
  auto now = std::chrono::steady_clock::now();
  if (status.ok() && !is_stopping_ && now >= sweep_at_) {
    sweep_at_ = now + options_.tick;
    if (auto parked = co_await store_.ParkDisabled(); !parked.ok()) status = parked.status();
  }
  if (status.ok() && !is_stopping_) {
    auto has_more = co_await ClaimAndStart();
    status = has_more.status();
    if (has_more.ok() && *has_more) is_woken_ = true;
  }
  if (!status.ok()) {
    telemetry::Log(telemetry::Level::kWarning, "webhook dispatcher cannot reach its database",
                   {{"error", status.message()}});
  }
  co_return status.ok();
}

// On error the attempts are kept, and recorded later or, after their leases, made again.
AsyncStatus Dispatcher::Loop::Record() {
  if (finished_.empty()) co_return absl::OkStatus();
  std::vector<FinishedAttempt> batch = std::exchange(finished_, {});
  absl::Status status = co_await store_.Finish(batch);
  if (!status.ok()) {
    finished_.insert(finished_.begin(), std::make_move_iterator(batch.begin()),
                     std::make_move_iterator(batch.end()));
    co_return status;
  }
  for (const FinishedAttempt& finished : batch) {
    if (finished.verdict.disable_endpoint) sweep_at_ = {};
    Report(finished);
  }
  co_return absl::OkStatus();
}

// True when there may be more to claim at once.
Async<bool> Dispatcher::Loop::ClaimAndStart() {
  int room = std::min(options_.batch_max, options_.in_flight_max - in_flight_total_);
  if (room <= 0) co_return false;
  DeliveryStore::ClaimLimits limits{room, options_.in_flight_per_endpoint_max, options_.lease};
  CO_ASSIGN_OR_RETURN(auto claimed, co_await store_.Claim(limits, in_flight_));
  const bool is_full = static_cast<int>(claimed.size()) == room;
  for (ClaimedDelivery& delivery : claimed) {
    ++in_flight_total_;
    ++in_flight_[delivery.endpoint_id];
    asio::co_spawn(executor_, Deliver(std::move(delivery)), asio::detached);
  }
  co_return is_full;
}

asio::awaitable<void> Dispatcher::Loop::Deliver(ClaimedDelivery delivery) {
  auto self = shared_from_this();
  FinishedAttempt finished;
  finished.attempt.started_at = absl::Now();
  auto begun = std::chrono::steady_clock::now();
  auto secret = sealer_.OpenRow({"webhook_endpoint", delivery.endpoint_id}, delivery.sealed_secret,
                                delivery.endpoint_id);
  if (secret.ok()) {
    auto answer = co_await Post(delivery, *secret);
    double jitter = std::uniform_real_distribution<double>(-1, 1)(random_);
    finished.verdict =
        Judge(answer, delivery.attempts + 1, jitter, options_.retry_scale, absl::Now());
  } else {
    finished.verdict = WithoutSecret();
  }
  auto duration = std::chrono::steady_clock::now() - begun;
  finished.attempt.duration_ms =
      static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
  finished.attempt.status = finished.verdict.status;
  finished.attempt.error = finished.verdict.error;
  --in_flight_total_;
  if (--in_flight_[delivery.endpoint_id] == 0) in_flight_.erase(delivery.endpoint_id);
  finished.delivery = std::move(delivery);
  finished_.push_back(std::move(finished));
  Wake();
}

Async<http::ClientResponse> Dispatcher::Loop::Post(const ClaimedDelivery& delivery,
                                                   const std::string& secret) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = delivery.url;
  request.body = CloudEventBody(delivery.event);
  request.timeout = options_.request_timeout;
  request.head_only = true;  // the status decides
  int64_t timestamp = UnixSeconds(Now());
  CO_ASSIGN_OR_RETURN(auto signature, Sign(secret, delivery.event.id, timestamp, request.body));
  request.headers = {{"content-type", kCloudEventContentType},
                     {"webhook-id", delivery.event.id},
                     {"webhook-timestamp", std::to_string(timestamp)},
                     {"webhook-signature", signature}};
  co_return co_await client_.Send(std::move(request));
}

asio::awaitable<void> Dispatcher::Loop::SleepUntilWoken() {
  alarm_.expires_after(options_.tick);
  co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Dispatcher::Loop::Report(const FinishedAttempt& finished) const {
  const auto& [claimed, attempt, verdict] = finished;
  if (!verdict.is_attempt) return;  // the row was reported when it was opened
  if (options_.registry != nullptr) {
    telemetry::Counter(*options_.registry, "webhook_attempts_total",
                       "Attempts to deliver a webhook, by what went wrong",
                       {{"error", verdict.error.empty() ? "none" : verdict.error}})
        .Increment();
  }
  if (verdict.state != DeliveryState::kDelivered) {
    bool is_parked = verdict.state == DeliveryState::kParked;
    telemetry::Log(telemetry::Level::kWarning,
                   is_parked ? "webhook delivery parked" : "webhook attempt failed",
                   {{"delivery_id", claimed.id},
                    {"endpoint_id", claimed.endpoint_id},
                    {"event_id", claimed.event.id},
                    {"event_type", claimed.event.type},
                    {"attempt", claimed.attempts + 1},
                    {"error", verdict.error},
                    {"status", verdict.status}});
  }
  if (!options_.on_attempt) return;
  Delivery delivery;
  delivery.id = claimed.id;
  delivery.event_id = claimed.event.id;
  delivery.event_type = claimed.event.type;
  delivery.subject = claimed.event.subject;
  delivery.endpoint_id = claimed.endpoint_id;
  delivery.state = verdict.state;
  delivery.attempts = claimed.attempts + 1;
  delivery.last_status = verdict.status;
  delivery.last_error = verdict.error;
  delivery.created_at = claimed.created_at;
  absl::Time now = absl::Now();
  if (verdict.state == DeliveryState::kPending) {
    delivery.due_at = now + verdict.retry_in;
  } else {
    delivery.finished_at = now;
  }
  options_.on_attempt(delivery, attempt);
}

Dispatcher::Dispatcher(asio::any_io_executor executor, pg::Pool& pool, http::Client& client,
                       const crypto::Sealer& sealer, DispatcherOptions options)
    : loop_(std::make_shared<Loop>(std::move(executor), pool, client, sealer, std::move(options))) {
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Start() {
  auto run = [](std::shared_ptr<Loop> loop) -> asio::awaitable<void> { co_await loop->Run(); };
  asio::co_spawn(loop_->executor(), run(loop_), asio::detached);
}

void Dispatcher::Wake() {
  asio::post(loop_->executor(), [loop = loop_] { loop->Wake(); });
}

void Dispatcher::Stop() {
  std::future<void> stopped = loop_->stopped();
  asio::post(loop_->executor(), [loop = loop_] { loop->BeginStop(); });
  if (stopped.wait_for(loop_->options().stop_wait) != std::future_status::ready) {
    telemetry::Log(telemetry::Level::kWarning, "webhook requests were abandoned at the stop");
  }
}

}  // namespace tamarack::webhooks
