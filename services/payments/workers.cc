#include "services/payments/workers.h"

#include "platform/telemetry/log.h"
#include "platform/work/jobs.h"

#include <algorithm>
#include <utility>

namespace tamarack::payments {
namespace {

namespace asio = boost::asio;
using State = ProcessorAnswer::State;
using telemetry::Level;

constexpr int kExpireMax = 100;
constexpr auto kRetryMax = std::chrono::milliseconds(3'600'000);
constexpr auto kExpiryGap = std::chrono::milliseconds(10'000);

// The answer says what became of the reservation; anything else is asked again. A processor that
// does not know an authorisation it gave is out of order: nothing is settled by that.
bool IsSettled(const ProcessorAnswer& answer) {
  return answer.state != State::kAuthorised && answer.state != State::kUnknown;
}

}  // namespace

// Does one piece of work and records what became of it.
class Workers::Clerk {
 public:
  Clerk(MoveRepository& repository, PaymentMoves& moves, Processor& processor,
        PaymentMetrics& metrics, BackgroundOptions options)
      : repository_(repository),
        moves_(moves),
        processor_(processor),
        metrics_(metrics),
        options_(options) {}

  Async<std::vector<work::Job>> ClaimJobs(const work::Room& room) {
    CO_ASSIGN_OR_RETURN(auto claimed, co_await repository_.ClaimJobs(room.jobs, room.lease));
    co_return work::JobsOf(std::move(claimed), [this](const Job& job, work::Try& attempt) {
      return RunJob(job, attempt);
    });
  }

  Async<std::vector<work::Job>> ClaimUnresolved(const work::Room& room) {
    CO_ASSIGN_OR_RETURN(auto claims, co_await repository_.ClaimUnresolved(room.jobs, room.lease));
    co_return work::JobsOf(std::move(claims), [this](const work::Claim& claim, work::Try& attempt) {
      return Recover(claim, attempt);
    });
  }

  // How many ended.
  Async<int64_t> Expire(int limit, const work::Sweeper& sweeper) {
    CO_ASSIGN_OR_RETURN(auto payments,
                        co_await repository_.FindExpired(options_.expire_after, limit));
    int64_t ended = 0;
    for (const auto& payment_id : payments) {
      if (sweeper.is_stopping()) break;
      absl::Status status = co_await moves_.End(payment_id, Status::kExpired);
      if (status.ok()) ++ended;
      // It was paid or cancelled in the meantime.
      if (status.ok() || absl::IsFailedPrecondition(status)) continue;
      // One that cannot be ended must not keep the younger ones from it.
      telemetry::Log(Level::kWarning, "expiring a payment failed",
                     {{"payment_id", payment_id}, {"error", status.ToString()}});
    }
    co_return ended;
  }

 private:
  // Tells the try what an answer says of the processor; true when it is out of order.
  static bool IsOutage(const absl::StatusOr<ProcessorAnswer>& answer, work::Try& attempt) {
    if (absl::IsUnavailable(answer.status())) return attempt.NotReached();
    if (!answer.ok() && !absl::IsFailedPrecondition(answer.status())) return attempt.Failed();
    attempt.Reached();
    return false;
  }

  asio::awaitable<work::Outcome> RunJob(const Job& job, work::Try& attempt) {
    const std::string& id = job.claim.id;
    auto answer = job.kind == JobKind::kCapture ? co_await processor_.Capture(id, job.amount_cents)
                                                : co_await processor_.Release(id);
    bool is_outage = IsOutage(answer, attempt);
    absl::Status status = answer.status();
    if (answer.ok()) {
      status = absl::UnavailableError("not settled yet");
      if (IsSettled(*answer))
        status = co_await work::Record(
            true, [&] { return moves_.FinishJob(job.claim, job.kind, *answer); });
    }
    if (status.ok()) co_return std::nullopt;
    metrics_.job_failures.Increment();
    telemetry::Log(Level::kWarning, "processor job failed",
                   {{"attempt_id", id}, {"tries", job.tries}, {"error", status.ToString()}});
    // In an outage, too: what failed often before it takes no probe from what is new.
    auto delay = std::min<std::chrono::milliseconds>(
        kRetryMax, options_.retry * (1 << std::min(job.tries - 1, 20)));
    co_return work::Again{delay, /*is_attempt=*/!is_outage};
  }

  // Finds out what became of one attempt and records it: asked, or, when the processor never heard
  // of it, forbidden.
  asio::awaitable<work::Outcome> Recover(const work::Claim& claim, work::Try& attempt) {
    auto answer = co_await processor_.Query(claim.id);
    // It never arrived, and from now on it cannot. (If it arrives in this very moment, it is
    // released.)
    if (answer.ok() && answer->state == State::kUnknown) {
      answer = co_await processor_.Release(claim.id);
    }
    IsOutage(answer, attempt);
    absl::Status status = answer.status();
    if (answer.ok()) status = (co_await moves_.Resolve(claim.id, *answer)).status();
    if (status.ok()) {
      metrics_.recovered.Increment();
      co_return std::nullopt;
    }
    telemetry::Log(Level::kWarning, "outcome still unknown", {{"error", status.ToString()}});
    co_return work::Again{options_.recheck};
  }

  MoveRepository& repository_;
  PaymentMoves& moves_;
  Processor& processor_;
  PaymentMetrics& metrics_;
  const BackgroundOptions options_;
};

namespace {

work::WorkerOptions OptionsOf(const BackgroundOptions& options, PaymentMetrics& metrics) {
  return {.tick = options.tick,
          .lease = options.lease,
          .in_flight_max = options.in_flight_max,
          .registry = &metrics.registry};
}

}  // namespace

Workers::Workers(asio::any_io_executor executor, MoveRepository& repository, PaymentMoves& moves,
                 Processor& processor, PaymentMetrics& metrics, BackgroundOptions options)
    : clerk_(std::make_unique<Clerk>(repository, moves, processor, metrics, options)),
      jobs_(
          executor, repository.jobs(),
          [clerk = clerk_.get()](auto& room) { return clerk->ClaimJobs(room); },
          OptionsOf(options, metrics)),
      recoveries_(
          executor, repository.unresolved(),
          [clerk = clerk_.get()](auto& room) { return clerk->ClaimUnresolved(room); },
          OptionsOf(options, metrics)),
      expiry_(executor, {.name = "expired payments",
                         .every = std::min(kExpiryGap, options.tick * 10),
                         .batch = [this](int limit) { return clerk_->Expire(limit, expiry_); },
                         .batch_max = kExpireMax}) {}

Workers::~Workers() = default;

void Workers::Start() {
  jobs_.Start();
  recoveries_.Start();
  expiry_.Start();
}

void Workers::AskToStop() {
  jobs_.AskToStop();
  recoveries_.AskToStop();
  expiry_.AskToStop();
}

void Workers::Stop() {
  work::StopAll(jobs_, recoveries_, expiry_);
}

}  // namespace tamarack::payments
