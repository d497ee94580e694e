#include "platform/work/worker.h"

#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/work/loop.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tamarack::work {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto kMeasureEvery = std::chrono::seconds(15);

struct Gauges {
  Gauges(prometheus::Registry& registry, const std::string& queue)
      : depth(Make(registry, "work_depth", "Jobs that wait or are done (10000: or more)", queue)),
        oldest(Make(registry, "work_oldest_age_seconds", "Age of the oldest such job", queue)),
        parked(Make(registry, "work_parked", "Jobs given up and kept (10000: or more)", queue)),
        in_flight(Make(registry, "work_in_flight", "Jobs that this process is doing", queue)),
        open(Make(registry, "work_destinations_out_of_order",
                  "Destinations that this process only probes", queue)) {}
  static prometheus::Gauge& Make(prometheus::Registry& registry, const std::string& name,
                                 const std::string& help, const std::string& queue) {
    return telemetry::Gauge(registry, name, help, {{"queue", queue}});
  }
  prometheus::Gauge &depth, &oldest, &parked, &in_flight, &open;
};

}  // namespace

class Worker::State : public Loop {
 public:
  State(asio::any_io_executor executor, Queue queue, ClaimJobs claim, WorkerOptions options)
      : Loop(std::move(executor)),
        queue_(queue),
        claim_(std::move(claim)),
        options_(options),
        has_one_destination_(options.share_max == 0),
        destinations_(has_one_destination_ ? options.in_flight_max : options.share_max,
                      options.breaker) {
    if (options.registry != nullptr) gauges_.emplace(*options.registry, queue_.sql.name);
  }
  const char* name() const { return queue_.sql.name; }
  const WorkerOptions& options() const { return options_; }

 private:
  std::chrono::milliseconds Patience() const override {
    return running() == 0 ? options_.tick : std::min(options_.tick, options_.lease / 3);
  }

  asio::awaitable<Next> Turn() override {
    absl::Status status = co_await RenewDue();
    bool has_more = false;
    if (!is_stopping()) {
      auto claimed = co_await ClaimAndBegin();
      status.Update(claimed.status());
      has_more = claimed.ok() && *claimed && !is_stopping();
    }
    if (status.ok()) status = co_await MeasureDue();
    if (status.ok()) co_return has_more ? Next::kAgain : Next::kWait;
    telemetry::Log(telemetry::Level::kWarning, "worker cannot reach its queue",
                   {{"queue", name()}, {"error", status.message()}});
    co_return Next::kRest;
  }

  AsyncStatus RenewDue() {
    Time now = steady_clock::now();
    if (held_.empty()) renew_at_ = now + options_.lease / 3;
    if (now < renew_at_) co_return absl::OkStatus();
    std::vector<Claim> claims;
    for (const auto& [claim, attempt] : held_) claims.push_back({claim.first, claim.second});
    CO_RETURN_IF_ERROR(co_await work::Renew(queue_, claims, options_.lease));
    renew_at_ = now + options_.lease / 3;
    co_return absl::OkStatus();
  }

  // True when there may be more to claim at once.
  Async<bool> ClaimAndBegin() {
    Time now = steady_clock::now();
    Room room{.jobs = std::min(options_.claim_max, options_.in_flight_max - running()),
              .share = destinations_.share_max(),
              .limited = destinations_.Limited(now),
              .lease = options_.lease};
    if (has_one_destination_) room.jobs = std::min(room.jobs, destinations_.Room("", now));
    if (room.jobs <= 0) co_return false;
    CO_ASSIGN_OR_RETURN(auto jobs, co_await claim_(room));
    for (Job& job : jobs) {
      auto attempt = std::make_unique<Try>(destinations_, job.destination, job.claim.id);
      held_.emplace(std::pair(job.claim.id, job.claim.token), std::move(attempt));
      Begin([this, job = std::move(job)] { return Do(job); });
    }
    Show();
    co_return static_cast<int>(jobs.size()) == room.jobs;
  }

  asio::awaitable<void> Do(const Job& job) {
    auto held = held_.find({job.claim.id, job.claim.token});
    if (auto again = co_await job.run(*held->second)) {
      absl::Status postponed = co_await work::Postpone(queue_, job.claim, *again);
      if (!postponed.ok()) {
        telemetry::Log(telemetry::Level::kWarning, "job not postponed",
                       {{"queue", name()}, {"error", postponed.message()}});
      }
    }
    held_.erase(held);
  }

  AsyncStatus MeasureDue() {
    Show();
    if (!gauges_ || is_stopping() || steady_clock::now() < measure_at_) co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(Depth depth, co_await work::Measure(queue_));
    measure_at_ = steady_clock::now() + kMeasureEvery;
    gauges_->depth.Set(static_cast<double>(depth.waiting));
    gauges_->oldest.Set(static_cast<double>(depth.oldest_seconds));
    gauges_->parked.Set(static_cast<double>(depth.parked));
    co_return absl::OkStatus();
  }

  void Show() {
    if (!gauges_) return;
    gauges_->in_flight.Set(running());
    gauges_->open.Set(destinations_.open());
  }

  const Queue queue_;
  const ClaimJobs claim_;
  const WorkerOptions options_;
  const bool has_one_destination_;
  Destinations destinations_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Try>> held_;  // by id and token
  Time renew_at_;
  Time measure_at_;
  std::optional<Gauges> gauges_;
};

Worker::Worker(asio::any_io_executor executor, Queue queue, ClaimJobs claim, WorkerOptions options)
    : state_(std::make_shared<State>(std::move(executor), queue, std::move(claim), options)) {}

Worker::~Worker() = default;

void Worker::Start() {
  state_->Start();
}

void Worker::Wake() {
  state_->Wake();
}

void Worker::Stop() {
  if (state_->Stop(state_->options().stop_wait)) return;
  telemetry::Log(telemetry::Level::kWarning, "work was abandoned at the stop",
                 {{"queue", state_->name()}});
}

}  // namespace tamarack::work
