// Work that outlives requests and processes: rows of a table that any number of processes claim,
// do and record.
#pragma once

#include "platform/base/status.h"
#include "platform/work/background_task.h"
#include "platform/work/claims.h"
#include "platform/work/destinations.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tamarack::work {

// How long a claim lasts that is not renewed: what a killed process had claimed is taken again
// after that.
inline constexpr std::chrono::milliseconds kLease{30'000};

// What a job ends with: when it is due again, or nothing when what became of it is recorded (or
// cannot be: then it is done again, by whoever claims the row when the lease has lapsed).
using Outcome = std::optional<Again>;

// Records what became of a job, again and again while it fails by what passes (pg::IsTransient):
// its claim is renewed meanwhile. In a process that is asked to end nothing is tried twice, and no
// failure is recorded, for that end may have made it: CANCELLED.
AsyncStatus Record(bool is_success, std::function<AsyncStatus()> record);

// A claimed row.
struct Job {
  Claim claim;
  // Where it goes. Jobs of one destination share a part of what is in flight, and its outages.
  std::string destination = {};
  // Whether the rows say that it is out of order: a process that has just started need not find
  // out.
  bool is_known_down = false;
  // Does it, and tells the try what that says of the destination.
  std::function<boost::asio::awaitable<Outcome>(Try&)> run;
};

// What may be claimed.
struct Room {
  int jobs = 0;
  // For one destination; `limited` has those that get less, or nothing.
  int share = 0;
  std::map<std::string, int> limited;
  std::chrono::milliseconds lease{0};
};

struct WorkerOptions {
  // How often to look for what is due; new work is announced by Wake.
  std::chrono::milliseconds tick{1000};
  std::chrono::milliseconds lease = kLease;
  int in_flight_max = 16;
  int claim_max = 200;
  // In flight at one destination. 0: there is but one, and its jobs name none.
  int share_max = 0;
  BreakerOptions breaker = {};
  std::chrono::milliseconds stop_wait = kStopWait;
  // Takes `tamarack_work_…`.
  prometheus::Registry* registry = nullptr;
};

// Claims what there is room for, runs it, renews the leases of what runs, and measures the queue
// now and then. While a destination is out of order only probes are claimed for it: what waits uses
// up no attempts. What still runs `stop_wait` after the asking is taken again when its lease has
// lapsed, or when the process has ended it. Lives on one loop.
class Worker : public Background {
 public:
  // `claim` takes rows of the queue, with the SQL of whoever owns the table.
  using ClaimJobs = std::function<Async<std::vector<Job>>(const Room&)>;
  Worker(boost::asio::any_io_executor executor, Queue queue, ClaimJobs claim,
         WorkerOptions options);

 private:
  class State;
};

}  // namespace tamarack::work
