#pragma once

#include "gateway/limits/rate_class.h"

#include <algorithm>
#include <cstdint>

namespace tamarack::gateway {

// What one caller has used of one rate class, as this process knows it. Pure arithmetic; times are
// microseconds of the Unix epoch.
//
// Rate and burst are a GCRA (generic cell rate algorithm): `full_at` is when everything has come
// back, each request moves it one interval further, and it may never be more than `burst` intervals
// ahead. `reserve` are requests that were charged already, to the store that all gateways share,
// and have not come yet: they cost no further round trip. `held` slots of the concurrency cap are
// had from there in the same way.
struct Bucket {
  int64_t full_at = 0;
  int64_t day = 0;   // Days since the epoch of `used`.
  int64_t used = 0;  // Charged that day.
  int reserve = 0;
  int64_t unused_today = 0;    // Of `used`: charged, and dropped with a reserve that was too old.
  bool counted_alone = false;  // Charged something that the store has not heard of.
  int running = 0;
  int asking = 0;  // Requests that wait for the store's answer.
  int held = 0;
  int running_most = 0;  // Since the slots were last looked at.

  static int64_t DayOf(int64_t now) { return now / 86'400'000'000; }

  int64_t Debt(int64_t now) const { return std::max<int64_t>(0, full_at - now); }

  // Starts a new day, and drops a reserve that would have come back by itself in the meantime.
  void Advance(int64_t now);

  // Requests that may still come at once, and today.
  int64_t Left(const RateClass& figures, int64_t now) const;
  int64_t LeftToday(const RateClass& figures) const {
    return figures.per_day - used + unused_today + reserve;
  }

  bool HasSlot(const RateClass& figures, int waiting = 0) const {
    return figures.concurrent == 0 || running + waiting < held;
  }
  // Takes one request out of the reserve and a slot, leaving as many of both as `waiting` requests
  // need that came before.
  bool TakeReserved(const RateClass& figures, int waiting = 0);
  // The same without a store: charges it here.
  bool TakeHere(const RateClass& figures, int64_t now);
  void Start();
};

}  // namespace tamarack::gateway
