#include "services/payments/workers.h"

#include "platform/runtime/offload.h"
#include "platform/telemetry/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <future>
#include <utility>

namespace tamarack::payments {
namespace {

namespace asio = boost::asio;
using State = ProcessorAnswer::State;
using telemetry::Level;

constexpr int kClaimMax = 16;
constexpr int kExpireMax = 100;
constexpr auto kRetryMax = std::chrono::milliseconds(3'600'000);
constexpr auto kExpiryGap = std::chrono::seconds(10);

}  // namespace

// Lives on the executor; shared with what it has spawned.
class Workers::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::any_io_executor executor, ProcessorQueue& queue, PaymentMoves& moves,
       Processor& processor, PaymentMetrics& metrics, WorkerOptions options)
      : executor_(std::move(executor)),
        alarm_(executor_),
        queue_(queue),
        moves_(moves),
        processor_(processor),
        metrics_(metrics),
        options_(options) {}

  void Start() {
    runtime::Spawn(executor_, [self = shared_from_this()]() -> asio::awaitable<void> {
      co_await self->Run();
    });
  }

  void Wake() {
    asio::post(executor_, [self = shared_from_this()] {
      self->is_woken_ = true;
      self->alarm_.cancel();
    });
  }

  std::future<void> Stop() {
    asio::post(executor_, [self = shared_from_this()] {
      self->is_stopping_ = true;
      self->alarm_.cancel();
    });
    return stopped_.get_future();
  }

  AsyncStatus Recover(std::string attempt_id) {
    CO_ASSIGN_OR_RETURN(auto answer, co_await processor_.Query(attempt_id));
    // It never arrived, and from now on it cannot. (If it arrives in this very moment, it is
    // released.)
    if (answer.state == State::kUnknown) {
      CO_ASSIGN_OR_RETURN(answer, co_await processor_.Release(attempt_id));
    }
    CO_RETURN_IF_ERROR((co_await moves_.Resolve(attempt_id, answer)).status());
    metrics_.recovered.Increment();
    co_return absl::OkStatus();
  }

 private:
  asio::awaitable<void> Run() {
    while (!is_stopping_) {
      is_woken_ = false;
      co_await Report(StartJobs(), "claiming jobs failed");
      co_await Report(StartRecoveries(), "claiming attempts failed");
      if (std::chrono::steady_clock::now() >= next_expiry_)
        co_await Report(Expire(), "expiring failed");
      if (is_woken_ || is_stopping_) continue;
      alarm_.expires_after(options_.tick);
      co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    while (in_flight_ > 0) {
      alarm_.expires_after(std::chrono::milliseconds(20));
      co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    stopped_.set_value();
  }

  static asio::awaitable<void> Report(AsyncStatus work, const char* what) {
    absl::Status status = co_await std::move(work);
    if (!status.ok()) telemetry::Log(Level::kWarning, what, {{"error", status.ToString()}});
  }

  int Room() const { return std::min(kClaimMax, options_.in_flight_max - in_flight_); }

  // Spawns one piece of work; the loop looks again when it is done.
  template <class Work>
  void StartOne(Work work) {
    ++in_flight_;
    runtime::Spawn(executor_,
                   [self = shared_from_this(), work = std::move(work)]() -> asio::awaitable<void> {
                     co_await work(*self);
                     --self->in_flight_;
                     self->is_woken_ = true;
                     self->alarm_.cancel();
                   });
  }

  AsyncStatus StartJobs() {
    if (Room() <= 0) co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(auto jobs, co_await queue_.ClaimJobs(Room(), options_.lease));
    for (auto& job : jobs) {
      StartOne([job](Loop& loop) { return loop.RunJob(job); });
    }
    co_return absl::OkStatus();
  }

  AsyncStatus StartRecoveries() {
    if (Room() <= 0) co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(auto attempts, co_await queue_.ClaimUnresolved(Room(), options_.lease));
    for (auto& attempt_id : attempts) {
      StartOne([attempt_id](Loop& loop) {
        return Report(loop.Recover(attempt_id), "outcome still unknown");
      });
    }
    co_return absl::OkStatus();
  }

  asio::awaitable<void> RunJob(Job job) {
    absl::Status status = co_await Perform(job);
    if (status.ok()) co_return;
    metrics_.job_failures.Increment();
    telemetry::Log(
        Level::kWarning, "processor job failed",
        {{"attempt_id", job.attempt_id}, {"tries", job.tries}, {"error", status.ToString()}});
    auto delay = std::min<std::chrono::milliseconds>(
        kRetryMax, options_.retry * (1 << std::min(job.tries - 1, 20)));
    co_await Report(queue_.Postpone(job.attempt_id, delay), "postponing failed");
  }

  // The answer says what became of the reservation; anything else is asked again. A processor that
  // does not know an authorisation it gave is out of order: nothing is settled by that.
  static bool IsSettled(const ProcessorAnswer& answer) {
    return answer.state != State::kAuthorised && answer.state != State::kUnknown;
  }

  AsyncStatus Perform(const Job& job) {
    if (job.kind == JobKind::kCapture) {
      CO_ASSIGN_OR_RETURN(auto answer,
                          co_await processor_.Capture(job.attempt_id, job.amount_cents));
      if (!IsSettled(answer)) co_return absl::UnavailableError("not captured yet");
      co_return co_await moves_.FinishJob(job.attempt_id, job.kind, answer);
    }
    CO_ASSIGN_OR_RETURN(auto answer, co_await processor_.Release(job.attempt_id));
    if (!IsSettled(answer)) co_return absl::UnavailableError("not released yet");
    co_return co_await moves_.FinishJob(job.attempt_id, job.kind, answer);
  }

  AsyncStatus Expire() {
    next_expiry_ = std::chrono::steady_clock::now() +
                   std::min<std::chrono::milliseconds>(kExpiryGap, options_.tick * 10);
    CO_ASSIGN_OR_RETURN(auto payments,
                        co_await queue_.FindExpired(options_.expire_after, kExpireMax));
    for (const auto& payment_id : payments) {
      absl::Status status = co_await moves_.End(payment_id, Status::kExpired);
      // It was paid or cancelled in the meantime.
      if (status.ok() || absl::IsFailedPrecondition(status)) continue;
      // One that cannot be ended must not keep the younger ones from it.
      telemetry::Log(Level::kWarning, "expiring a payment failed",
                     {{"payment_id", payment_id}, {"error", status.ToString()}});
    }
    co_return absl::OkStatus();
  }

  asio::any_io_executor executor_;
  asio::steady_timer alarm_;
  ProcessorQueue& queue_;
  PaymentMoves& moves_;
  Processor& processor_;
  PaymentMetrics& metrics_;
  WorkerOptions options_;
  int in_flight_ = 0;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::chrono::steady_clock::time_point next_expiry_{};
  std::promise<void> stopped_;
};

Workers::Workers(asio::any_io_executor executor, ProcessorQueue& queue, PaymentMoves& moves,
                 Processor& processor, PaymentMetrics& metrics, WorkerOptions options)
    : loop_(
          std::make_shared<Loop>(std::move(executor), queue, moves, processor, metrics, options)) {}

Workers::~Workers() = default;

void Workers::Start() {
  loop_->Start();
}

void Workers::Wake() {
  loop_->Wake();
}

void Workers::Stop() {
  loop_->Stop().wait();
}

AsyncStatus Workers::Recover(std::string attempt_id) {
  return loop_->Recover(std::move(attempt_id));
}

}  // namespace tamarack::payments
