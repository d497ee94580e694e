// Counting tries against guessing and flooding: in Redis, shared by all replicas; while Redis is
// away, in this process.
#pragma once

#include "platform/base/status.h"
#include "platform/redis/redis.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace tamarack::identity {

// At most `max` tries within `window` of the first.
struct AttemptLimit {
  const char* name;
  int64_t max;
  std::chrono::seconds window;
};
inline constexpr AttemptLimit kSignIns{"sign-in", 10, std::chrono::minutes(15)};
inline constexpr AttemptLimit kRegistrations{"register", 5, std::chrono::minutes(15)};
// With ten tries for each of six codes, this leaves a stranger one chance in 800 a day to guess a
// code sent to an address that is not theirs.
inline constexpr AttemptLimit kRegistrationsOfDay{"register-day", 20, std::chrono::hours(24)};

class Attempts {
 public:
  explicit Attempts(redis::Client& redis) : redis_(redis) {}

  // Counts a try; false when it is one too many. Counted beforehand, so that tries at the same time
  // cannot outrun the limit. Never fails: Redis away must not lock people out.
  boost::asio::awaitable<bool> Take(const AttemptLimit& limit, const std::string& who);
  // Forgets the tries so far, after one that was right.
  boost::asio::awaitable<void> Clear(const AttemptLimit& limit, const std::string& who);

 private:
  struct Local {
    int64_t count = 0;
    std::chrono::steady_clock::time_point ends;
  };
  Local& LocalOf(const std::string& key, std::chrono::seconds window);

  redis::Client& redis_;
  std::map<std::string, Local> local_;
};

}  // namespace tamarack::identity
