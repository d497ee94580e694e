#include "platform/work/worker.h"

#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace tamarack::work {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto kMeasureEvery = std::chrono::seconds(15);
constexpr auto kRecordGap = std::chrono::milliseconds(500);

struct Gauges {
  Gauges(prometheus::Registry& registry, const std::string& queue)
      : depth(Make(registry, "tamarack_work_depth",
                   "Jobs that wait or are being done (10000: or more)", queue)),
        oldest(Make(registry, "tamarack_work_oldest_age_seconds", "Age of the oldest such job",
                    queue)),
        parked(Make(registry, "tamarack_work_parked", "Jobs given up and kept (10000: or more)",
                    queue)),
        in_flight(
            Make(registry, "tamarack_work_in_flight", "Jobs that this process is doing", queue)),
        open(Make(registry, "tamarack_work_destinations_out_of_order",
                  "Destinations that this process only probes", queue)) {}
  static prometheus::Gauge& Make(prometheus::Registry& registry, const std::string& name,
                                 const std::string& help, const std::string& queue) {
    return telemetry::Gauge(registry, name, help, {{"queue", queue}});
  }
  prometheus::Gauge &depth, &oldest, &parked, &in_flight, &open;
};

}  // namespace

AsyncStatus Record(bool is_success, std::function<AsyncStatus()> record) {
  if (!is_success && co_await runtime::IsAskedToEnd()) {
    co_return absl::CancelledError("the process ends");
  }
  absl::Status status = co_await record();
  while (pg::IsTransient(status) && !co_await runtime::IsAskedToEnd()) {
    co_await runtime::SleepFor(kRecordGap);
    status = co_await record();
  }
  co_return status;
}

class Worker::State : public BackgroundTask {
 public:
  State(asio::any_io_executor executor, Queue queue, ClaimJobs claim, WorkerOptions options)
      : BackgroundTask(executor, options.stop_wait),
        queue_(queue),
        claim_(std::move(claim)),
        options_(options),
        has_one_destination_(options.share_max == 0),
        destinations_(has_one_destination_ ? options.in_flight_max : options.share_max,
                      options.breaker),
        renewal_(std::move(executor)) {
    if (options.registry != nullptr) gauges_.emplace(*options.registry, queue_.sql.name);
  }

 private:
  const char* name() const { return queue_.sql.name; }
  std::chrono::milliseconds Patience() const override { return options_.tick; }
  void OnAbandoned() const override {
    telemetry::Log(telemetry::Level::kWarning, "work was abandoned at the stop",
                   {{"queue", name()}});
  }

  asio::awaitable<Next> Turn() override {
    Show();
    if (is_stopping()) co_return Next::kWait;
    auto claimed = co_await ClaimAndBegin();
    Report("worker cannot reach its queue", claimed.status());
    if (!is_stopping()) Report("queue not measured", co_await MeasureDue());
    if (!claimed.ok()) co_return Next::kRest;
    co_return *claimed && !is_stopping() ? Next::kAgain : Next::kWait;
  }

  void Report(std::string_view what, const absl::Status& status) const {
    if (status.ok()) return;
    telemetry::Log(telemetry::Level::kWarning, what,
                   {{"queue", name()}, {"error", status.message()}});
  }

  // Beside the turns, whose statements together may take longer than a lease lasts.
  void KeepHeld() {
    if (std::exchange(is_renewing_, true)) return;
    runtime::Spawn(executor(), [self = std::static_pointer_cast<State>(shared_from_this())] {
      return self->RenewWhileHeld();
    });
  }

  asio::awaitable<void> RenewWhileHeld() {
    absl::Status status;
    while (!held_.empty() && !co_await runtime::IsAskedToEnd()) {
      renewal_.expires_after(status.ok() ? options_.lease / 3
                                         : std::min(options_.tick, options_.lease / 3));
      co_await renewal_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (held_.empty()) break;
      std::vector<Claim> claims;
      for (const auto& [claim, attempt] : held_) claims.push_back({claim.first, claim.second});
      status = co_await work::Renew(queue_, claims, options_.lease);
      Report("leases not renewed", status);
    }
    is_renewing_ = false;
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
      auto attempt =
          std::make_unique<Try>(destinations_, job.destination, job.claim.id, job.is_known_down);
      held_.emplace(std::pair(job.claim.id, job.claim.token), std::move(attempt));
      Begin([this, job = std::move(job)] { return Do(job); });
    }
    if (!jobs.empty()) KeepHeld();
    Show();
    co_return static_cast<int>(jobs.size()) == room.jobs;
  }

  asio::awaitable<void> Do(const Job& job) {
    auto held = held_.find({job.claim.id, job.claim.token});
    if (auto again = co_await job.run(*held->second)) {
      // It may have failed by that end: another process has it at once, uncounted.
      if (co_await runtime::IsAskedToEnd()) again = Again{.is_attempt = false};
      Report("job not postponed", co_await Record(/*is_success=*/true, [&] {
               return work::Postpone(queue_, job.claim, *again);
             }));
    }
    held_.erase(held);
    if (held_.empty()) renewal_.cancel();
  }

  AsyncStatus MeasureDue() {
    if (!gauges_ || steady_clock::now() < measure_at_) co_return absl::OkStatus();
    measure_at_ = steady_clock::now() + kMeasureEvery;
    CO_ASSIGN_OR_RETURN(Depth depth, co_await work::Measure(queue_));
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
  asio::steady_timer renewal_;
  bool is_renewing_ = false;
  Time measure_at_;
  std::optional<Gauges> gauges_;
};

Worker::Worker(asio::any_io_executor executor, Queue queue, ClaimJobs claim, WorkerOptions options)
    : Background(std::make_shared<State>(std::move(executor), queue, std::move(claim), options)) {}

}  // namespace tamarack::work
