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
// Wrong passwords. Those in a row are bounded beyond this: see FailureRepository.
inline constexpr AttemptLimit kSignInsOfPair{"sign-in", 10, std::chrono::minutes(15)};
inline constexpr AttemptLimit kSignInsOfNetwork{"sign-in-network", 100, std::chrono::minutes(15)};
// Codes sent by email: what a network has sent to anybody, and for each purpose, so that neither is
// at the other's expense, what one network has sent to one address and what comes to an address
// from everywhere. A stranger uses up what their network may, and leaves the rest to the address's
// owner. With five tries at each of 48 codes, a stranger's chance to guess one that is sent to an
// address that is not theirs is below one in 400,000 a day.
inline constexpr AttemptLimit kCodesOfNetwork{"codes-network", 300, std::chrono::hours(24)};
struct CodeBudget {
  AttemptLimit of_pair;
  AttemptLimit of_address;
};
inline constexpr CodeBudget kRegistrationCodes{
    {"register-codes", 6, std::chrono::hours(24)},
    {"register-codes-address", 24, std::chrono::hours(24)}};
inline constexpr CodeBudget kDeviceCodes{{"device-codes", 6, std::chrono::hours(24)},
                                         {"device-codes-address", 24, std::chrono::hours(24)}};

class Attempts {
 public:
  explicit Attempts(redis::Client& redis) : redis_(redis) {}

  // Counts a try; false when it is one too many. Counted beforehand, so that tries at the same time
  // cannot outrun the limit. Never fails: Redis away must not lock people out.
  boost::asio::awaitable<bool> Take(const AttemptLimit& limit, const std::string& who);
  // Forgets the tries so far, after one that was right.
  boost::asio::awaitable<void> Clear(const AttemptLimit& limit, const std::string& who);
  // Forgets one try, which was right, and none of the others.
  boost::asio::awaitable<void> GiveBack(const AttemptLimit& limit, const std::string& who);

  // Whether a code may be sent to the address (by its index) for somebody of the network; counts
  // it.
  boost::asio::awaitable<bool> TakeCode(const CodeBudget& budget, const std::string& email_index,
                                        const std::string& network);
  // It was not sent after all.
  boost::asio::awaitable<void> GiveCodeBack(const CodeBudget& budget,
                                            const std::string& email_index,
                                            const std::string& network);

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
