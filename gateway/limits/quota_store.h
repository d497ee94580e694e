#pragma once

#include "gateway/limits/rate_class.h"
#include "platform/base/status.h"
#include "platform/redis/redis.h"
#include "platform/runtime/task_group.h"

#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace tamarack::gateway {

struct QuotaStoreOptions {
  std::string address;  // Redis: `unix:/path` or `host:port`.
  std::string username = {};
  std::string password_file = {};  // Empty: no AUTH.
  std::chrono::milliseconds answer_timeout{10};
  std::chrono::milliseconds retry_every{500};
  std::chrono::seconds lease{15};  // After which the slots of a gateway that was killed are free.
};

// The counters that all gateways share, in Redis: one script call takes rate, daily quota and slots
// at once. Once Redis fails or is late, callers are told so without asking it, until it answers
// again; each change is logged and counted. Lives on one loop.
class QuotaStore : public std::enable_shared_from_this<QuotaStore> {
 public:
  QuotaStore(boost::asio::any_io_executor executor, QuotaStoreOptions options,
             prometheus::Registry& registry);

  struct Ask {
    std::string key;  // Of caller and class; tells nothing of the caller.
    RateClass figures;
    // What this gateway knows: a store that has forgotten counts from there, and so does one that
    // was away while this gateway `counted_alone`.
    bool counted_alone = false;
    int64_t debt_us = 0;
    int64_t used = 0;
    int64_t unused_today = 0;  // To be given back to the daily quota.
    int slots = 0;             // Wanted in all by this gateway.
    bool wants_requests = true;
  };
  struct Grant {
    int requests = 0;     // Charged now; 0: none is left, or no slot is free.
    int64_t debt_us = 0;  // After that.
    int64_t day = 0;
    int64_t used = 0;
    int slots = 0;  // Held by this gateway now.
  };
  // Some requests more than one when many are left, so that the next ones need not ask: at most a
  // sixteenth of what is left, so that nothing to speak of is withheld from other gateways.
  Async<Grant> Take(Ask ask);

  // Sets how many slots this gateway holds, and renews their lease; does not wait.
  void Hold(const std::string& key, int slots);

  bool is_up() const { return is_up_; }

 private:
  void SetUp(bool is_up, std::string_view why);
  void Probe();
  boost::asio::awaitable<void> HoldSlots(std::string key, int slots);
  boost::asio::awaitable<void> Ping();

  QuotaStoreOptions options_;
  redis::Client redis_;
  std::string gateway_id_;
  boost::asio::steady_timer retry_;
  prometheus::Gauge& counts_alone_;
  bool is_up_ = true;
  runtime::TaskGroup tasks_;
};

}  // namespace tamarack::gateway
