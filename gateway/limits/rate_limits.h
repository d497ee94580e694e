#pragma once

#include "gateway/limits/bucket.h"
#include "gateway/limits/quota_store.h"
#include "gateway/limits/rate_class.h"
#include "gateway/problem/problem.h"
#include "platform/base/clock.h"
#include "platform/base/network.h"
#include "platform/http/message.h"

#include <absl/container/flat_hash_map.h>
#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tamarack::gateway {

class RateLimitsCore;
struct RateLimitsEntry;

struct RateLimitsOptions {
  RateClasses classes;
  QuotaStoreOptions store;  // Without an address each gateway counts by itself.
  size_t callers_max = 100'000;
  Clock now = SystemClock();
};

// How many requests each caller may make: rate, daily quota and requests at once, by rate class.
// Counted in Redis for all gateways together (docs/adr/2026-11-27-rate-limits.md); while it is away
// this process applies the same limits by itself, never none and never all. Lives on one loop.
class RateLimits {
 public:
  RateLimits(boost::asio::any_io_executor executor, RateLimitsOptions options,
             prometheus::Registry& registry);
  ~RateLimits();

  // Keeps one of the caller's slots while it lives.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&& other) noexcept {
      std::swap(entry_, other.entry_);
      return *this;
    }
    ~Slot();

   private:
    friend class RateLimits;
    explicit Slot(std::shared_ptr<RateLimitsEntry> entry) : entry_(std::move(entry)) {}
    std::shared_ptr<RateLimitsEntry> entry_;
  };

  struct Admission {
    std::optional<Problem> refusal;  // 429
    // RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10), for any answer.
    http::Headers headers;
    Slot slot;
  };
  // `caller` is whatever tells callers apart.
  boost::asio::awaitable<Admission> Admit(std::string_view caller, std::string_view rate_class,
                                          bool is_read);

  // One of the caller's slots alone, for a request that Admit let in already: charges nothing.
  boost::asio::awaitable<Admission> TakeSlot(std::string_view caller, std::string_view rate_class,
                                             bool is_read);

  // Whether a network of this address (NetworksOf) has used up rate or quota, as this process knows
  // it: the 429, or nothing. The wider ones have as much again each. Charges nothing.
  std::optional<Problem> UsedUp(std::string_view address, std::string_view rate_class,
                                bool is_read);
  // Charges them what is known too late to be refused.
  boost::asio::awaitable<void> Charge(std::string_view address, std::string_view rate_class,
                                      bool is_read);

 private:
  std::shared_ptr<RateLimitsCore> core_;
};

// What tells the network of an address apart as a caller, whatever credentials are called.
std::string NetworkKey(std::string_view address);

}  // namespace tamarack::gateway
