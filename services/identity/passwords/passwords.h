// Argon2id off the loop, with a bound: hashing is what a flood of sign-ins would exhaust.
#pragma once

#include "platform/base/status.h"
#include "platform/runtime/offload_lane.h"

#include <string>
#include <string_view>

namespace tamarack::identity {

class Passwords {
 public:
  enum class Verdict {
    kWrong,
    kRight,
    // Right, but to be hashed again: as it was typed, or with parameters of former times.
    kOutdated,
  };

  // About a second's worth on two cores may wait.
  explicit Passwords(runtime::OffloadPool& pool) : lane_(pool, 100, "too many sign-ins at once") {}

  // Of the password's normal form. RESOURCE_EXHAUSTED when too many wait.
  Async<std::string> Hash(std::string_view typed);
  // The normal form is tried first, then what was typed, where that differs: hashes of long ago are
  // of what was typed then. How long a wrong password takes depends on it alone: an empty hash
  // (nobody has that address) takes as long.
  Async<Verdict> Verify(std::string hash, std::string typed);

 private:
  Async<bool> Matches(std::string hash, std::string password);

  runtime::OffloadLane lane_;
};

}  // namespace tamarack::identity
