#include "platform/webhooks/dispatcher.h"

#include "platform/base/clock.h"
#include "platform/crypto/seal.h"
#include "platform/http/client.h"
#include "platform/postgres/batch.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/telemetry/span.h"
#include "platform/webhooks/cloud_event.h"
#include "platform/webhooks/delivery_repository.h"
#include "platform/webhooks/retry.h"
#include "platform/webhooks/signature.h"
#include "platform/work/sweeper.h"

#include <random>

namespace tamarack::webhooks {
namespace asio = boost::asio;

namespace {

// Each attempt is a trace of its own, whose link to the one that made the event stays with us. A
// change is told to several ministries, each under its own subject: by a trace id that they share
// they could find out that it is about the same person.
telemetry::Span AttemptSpan(const ClaimedDelivery& delivery) {
  telemetry::Span span{.context = telemetry::NewTrace(/*sampled=*/false),
                       .name = "webhook",
                       .kind = telemetry::SpanKind::kClient,
                       .attributes = {{"http.request.method", "POST"},
                                      {"http.request.resend_count", int64_t{delivery.attempts}},
                                      {"cloudevents.event_id", delivery.event.id},
                                      {"cloudevents.event_type", delivery.event.type}}};
  if (auto origin = telemetry::ParseTraceparent(delivery.origin)) {
    span.context.flags = origin->flags;
    span.links.push_back(*std::move(origin));
  }
  return span;
}

void RecordAttempt(telemetry::Span span, const Verdict& verdict) {
  if (!telemetry::IsRecorded(span.context)) return;
  if (verdict.status != 0)
    span.attributes.push_back({"http.response.status_code", int64_t{verdict.status}});
  if (!verdict.error.empty()) span.attributes.push_back({"error.type", verdict.error});
  span.is_error = !verdict.error.empty();
  telemetry::Record(std::move(span));
}

}  // namespace

// Sends one delivery and records what became of it, together with others that are recorded at the
// same time. Shared with what it has under way, which outlives a Stop that would not wait.
class Dispatcher::Courier : public std::enable_shared_from_this<Courier> {
 public:
  Courier(asio::any_io_executor executor, pg::Pool& pool, http::Client& client,
          const crypto::Sealer& sealer, DispatcherOptions options)
      : repository_(pool),
        client_(client),
        sealer_(sealer),
        options_(std::move(options)),
        taken_(options_.registry == nullptr
                   ? nullptr
                   : &telemetry::WaitHistogram(
                         *options_.registry, "tamarack_webhook_delivery_duration_seconds",
                         "Time from an event to its delivery, or to the last try")),
        // One after the other, so that two do not wait for each other's endpoints.
        finished_(executor, pool, Record, {.in_flight_max = 1}),
        parking_(executor,
                 {.name = "webhooks of lost endpoints",
                  .every = options_.tick * 5,
                  .batch =
                      [repository = repository_, scale = options_.retry_scale](int limit) mutable {
                        return repository.ParkLost(OutageMax(scale), limit);
                      }}),
        auditing_(executor, {.name = "events without delivery",
                             .every = options_.tick * 60,
                             .batch = [repository = repository_, registry = options_.registry](
                                          int) { return Audit(repository, registry); }}) {}

  work::Queue queue() const { return repository_.queue(); }
  Async<std::vector<work::Job>> Claim(const work::Room& room);
  work::WorkerOptions OptionsOfWorker() const {
    return {.tick = options_.tick,
            .lease = options_.lease,
            .in_flight_max = options_.in_flight_max,
            .claim_max = options_.batch_max,
            .share_max = options_.in_flight_per_endpoint_max,
            .stop_wait = options_.stop_wait,
            .registry = options_.registry};
  }
  work::Sweeper& parking() { return parking_; }
  work::Sweeper& auditing() { return auditing_; }

 private:
  using Finished = pg::Batcher<FinishedAttempt, bool>;
  static Async<Finished::Results> Record(pg::Pool& pool, std::span<const FinishedAttempt> batch) {
    DeliveryRepository repository(pool);
    CO_RETURN_IF_ERROR(co_await repository.Finish(batch));
    co_return Finished::Results(batch.size(), true);
  }

  asio::awaitable<work::Outcome> Deliver(const ClaimedDelivery& delivery, work::Try& attempt);
  Async<http::ClientResponse> Post(const ClaimedDelivery& delivery, const std::string& secret,
                                   const telemetry::TraceContext& trace);
  void Report(const FinishedAttempt& finished) const;
  // Shows, and changes nothing.
  static Async<int64_t> Audit(DeliveryRepository repository, prometheus::Registry* registry);

  DeliveryRepository repository_;
  http::Client& client_;
  const crypto::Sealer& sealer_;
  const DispatcherOptions options_;
  prometheus::Histogram* const taken_;
  Finished finished_;
  work::Sweeper parking_;
  work::Sweeper auditing_;
  std::minstd_rand random_{std::random_device{}()};
};

Async<std::vector<work::Job>> Dispatcher::Courier::Claim(const work::Room& room) {
  CO_ASSIGN_OR_RETURN(auto claimed, co_await repository_.Claim(room));
  std::vector<work::Job> jobs;
  jobs.reserve(claimed.size());
  for (ClaimedDelivery& delivery : claimed) {
    jobs.push_back({.claim = delivery.claim(),
                    .destination = delivery.endpoint_id,
                    .is_known_down = delivery.is_endpoint_failing,
                    .run = [self = shared_from_this(), delivery](work::Try& attempt) {
                      return self->Deliver(delivery, attempt);
                    }});
  }
  co_return jobs;
}

asio::awaitable<work::Outcome> Dispatcher::Courier::Deliver(const ClaimedDelivery& delivery,
                                                            work::Try& attempt) {
  FinishedAttempt finished{.delivery = delivery, .attempt = {}, .verdict = WithoutSecret()};
  finished.attempt.started_at = absl::Now();
  auto begun = std::chrono::steady_clock::now();
  auto secret = sealer_.OpenRow({"webhook_endpoint", delivery.endpoint_id}, delivery.sealed_secret,
                                delivery.endpoint_id);
  Verdict& verdict = finished.verdict;
  if (secret.ok()) {
    telemetry::Span span = AttemptSpan(delivery);
    auto answer = co_await Post(delivery, *secret, span.context);
    double jitter = std::uniform_real_distribution<double>(-1, 1)(random_);
    verdict = Judge(answer, delivery.attempts + 1, jitter, options_.retry_scale, absl::Now());
    RecordAttempt(std::move(span), verdict);
  }
  if (verdict.contact && attempt.Learn(*verdict.contact)) {
    BecomeOutage(verdict, options_.retry_scale);
  }
  auto duration = std::chrono::steady_clock::now() - begun;
  finished.attempt.duration_ms =
      static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
  finished.attempt.status = verdict.status;
  finished.attempt.error = verdict.error;
  absl::Status recorded = co_await work::Record(
      verdict.state == DeliveryState::kDelivered,
      // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): it is awaited here.
      [&]() -> AsyncStatus { co_return (co_await finished_.Add(finished)).status(); });
  if (absl::IsCancelled(recorded)) co_return std::nullopt;  // with the process
  if (!recorded.ok()) {
    telemetry::Log(telemetry::Level::kWarning, "webhook attempt not recorded",
                   {{"delivery_id", delivery.id}, {"error", recorded.message()}});
    co_return std::nullopt;
  }
  if (verdict.disable_endpoint) parking_.Wake();
  Report(finished);
  co_return std::nullopt;
}

Async<http::ClientResponse> Dispatcher::Courier::Post(const ClaimedDelivery& delivery,
                                                      const std::string& secret,
                                                      const telemetry::TraceContext& trace) {
  // Whether it is recorded was decided for the origin: a mark that receivers could compare.
  telemetry::TraceContext told = trace;
  told.flags = 0;
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
                     {"webhook-signature", signature},
                     {"traceparent", telemetry::FormatTraceparent(told)}};
  co_return co_await client_.Send(std::move(request));
}

void Dispatcher::Courier::Report(const FinishedAttempt& finished) const {
  const auto& [claimed, attempt, verdict] = finished;
  if (!verdict.is_attempt) return;  // the row was reported when it was opened
  if (options_.registry != nullptr) {
    telemetry::Counter(*options_.registry, "tamarack_webhook_attempts_total",
                       "Attempts to deliver a webhook, by what went wrong",
                       {{"error", verdict.error.empty() ? "none" : verdict.error}})
        .Increment();
    if (verdict.state != DeliveryState::kPending)
      taken_->Observe(absl::ToDoubleSeconds(absl::Now() - claimed.created_at));
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
  delivery.attempts = claimed.attempts + (verdict.is_outage ? 0 : 1);
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

Async<int64_t> Dispatcher::Courier::Audit(DeliveryRepository repository,
                                          prometheus::Registry* registry) {
  if (registry == nullptr) co_return 0;
  CO_ASSIGN_OR_RETURN(int64_t count, co_await repository.CountWithoutDelivery());
  telemetry::Gauge(*registry, "tamarack_webhook_events_without_delivery",
                   "Of the latest 1,000 events of a day, those that an enabled endpoint wants and "
                   "will never get")
      .Set(static_cast<double>(count));
  if (count > 0)
    telemetry::Log(telemetry::Level::kError, "events without delivery", {{"count", count}});
  co_return 0;
}

Dispatcher::Dispatcher(asio::any_io_executor executor, pg::Pool& pool, http::Client& client,
                       const crypto::Sealer& sealer, DispatcherOptions options)
    : courier_(std::make_shared<Courier>(executor, pool, client, sealer, std::move(options))),
      worker_(
          executor, courier_->queue(),
          [courier = courier_](auto& room) { return courier->Claim(room); },
          courier_->OptionsOfWorker()) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Start() {
  worker_.Start();
  courier_->parking().Start();
  courier_->auditing().Start();
}

void Dispatcher::AskToStop() {
  worker_.AskToStop();
  courier_->parking().AskToStop();
  courier_->auditing().AskToStop();
}

void Dispatcher::Stop() {
  work::StopAll(worker_, courier_->parking(), courier_->auditing());
}

}  // namespace tamarack::webhooks
