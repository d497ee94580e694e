#include "gateway/limits/bucket.h"

namespace tamarack::gateway {

void Bucket::Advance(int64_t now) {
  if (int64_t today = DayOf(now); today != day) {
    day = today;
    used = unused_today = 0;
  }
  if (reserve > 0 && now >= full_at) {
    unused_today = std::min(used, unused_today + reserve);
    reserve = 0;
  }
}

int64_t Bucket::Left(const RateClass& figures, int64_t now) const {
  int64_t room = figures.burst_us() - Debt(now);
  // What the reserve was charged comes back while it is still there.
  return std::min<int64_t>(figures.burst,
                           std::max<int64_t>(0, room / figures.interval_us()) + reserve);
}

bool Bucket::TakeReserved(const RateClass& figures, int waiting) {
  if (reserve <= waiting || !HasSlot(figures, waiting)) return false;
  --reserve;
  Start();
  return true;
}

bool Bucket::TakeHere(const RateClass& figures, int64_t now) {
  Advance(now);
  held = figures.concurrent;  // Nobody else is asked, so all of them are ours.
  if (TakeReserved(figures)) return true;
  bool has_rate = Debt(now) + figures.interval_us() <= figures.burst_us();
  bool has_day = figures.per_day == 0 || LeftToday(figures) > 0;
  if (!has_rate || !has_day || !HasSlot(figures)) return false;
  full_at = now + Debt(now) + figures.interval_us();
  ++used;
  counted_alone = true;
  Start();
  return true;
}

void Bucket::Start() {
  ++running;
  running_most = std::max(running_most, running);
}

}  // namespace tamarack::gateway
