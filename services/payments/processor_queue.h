#pragma once

#include "platform/postgres/postgres.h"
#include "platform/work/claims.h"
#include "platform/work/sweeper.h"
#include "services/payments/payment_moves.h"

#include <chrono>
#include <string>
#include <vector>

namespace tamarack::payments {

// A capture or release that the processor is to be told of.
struct Job {
  work::Claim claim;  // of the attempt's id
  JobKind kind = JobKind::kCapture;
  int64_t amount_cents = 0;
  int tries = 0;
};

// What the processor is to be told and asked: two queues, claimed as platform/work does.
class ProcessorQueue {
 public:
  explicit ProcessorQueue(pg::Pool& pool) : pool_(pool) {}

  Async<std::vector<Job>> ClaimJobs(int limit, std::chrono::milliseconds lease);
  // Attempts whose outcome nobody has recorded in time.
  Async<std::vector<work::Claim>> ClaimUnresolved(int limit, std::chrono::milliseconds lease);

  work::Queue jobs() const;
  work::Queue unresolved() const;

  // Unfinished payments older than `age`.
  Async<std::vector<std::string>> FindExpired(std::chrono::seconds age, int limit);

  // Deletes jobs that are long done.
  work::Sweep Forgetting();

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::payments
