#pragma once

#include "platform/postgres/postgres.h"
#include "services/payments/payment_moves.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::payments {

// A capture or release that the processor is to be told of.
struct Job {
  std::string attempt_id;
  JobKind kind = JobKind::kCapture;
  int64_t amount_cents = 0;
  int tries = 0;
};

// Work that outlives requests and processes. What is claimed is hidden from other workers until its
// lease is over, so a worker that dies loses nothing.
class ProcessorQueue {
 public:
  explicit ProcessorQueue(pg::Pool& pool) : pool_(pool) {}

  Async<std::vector<Job>> ClaimJobs(int limit, std::chrono::milliseconds lease);
  AsyncStatus Postpone(std::string_view attempt_id, std::chrono::milliseconds delay);

  // Attempts whose outcome nobody has recorded in time.
  Async<std::vector<std::string>> ClaimUnresolved(int limit, std::chrono::milliseconds lease);

  // Unfinished payments older than `age`.
  Async<std::vector<std::string>> FindExpired(std::chrono::seconds age, int limit);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::payments
