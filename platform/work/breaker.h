// Whether a destination is to be tried. Pure: it is told the time.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>

namespace tamarack::work {

using Time = std::chrono::steady_clock::time_point;

struct BreakerOptions {
  // The destination is out of order after so many failures in a row. A job that fails again and
  // again counts once, for that may be its own fault; that nothing answered never is.
  size_t opens_after = 5;
  // While it is out of order, one probe finds out whether it still is; the gap doubles.
  std::chrono::milliseconds probe_gap_min{1'000};
  std::chrono::milliseconds probe_gap_max{60'000};
  // After that so many jobs begin in the first second, and in each that follows twice as many,
  // until the last rate is passed.
  int ramp_first = 10;
  int ramp_last = 1000;
};

// What a try learnt about its destination.
enum class Contact {
  kReached,     // it answered, whatever it said
  kFailed,      // an error of its own, or no answer to what was sent
  kNotReached,  // nothing was sent: no address, connection, TLS or greeting
};

// Closed, open (one probe at a time), then a ramp.
class Breaker {
 public:
  // `is_open`: known to be out of order from before, so that the first try is a probe.
  explicit Breaker(BreakerOptions options = {}, bool is_open = false)
      : options_(options), state_(is_open ? State::kOpen : State::kClosed) {}

  // How many may begin now, if `wanted` are to.
  int Room(Time now, int wanted);
  // True: this one is the probe. Its end must be told by Learn or Leave. False while open: it was
  // claimed before that, and counts for nothing.
  bool Begin(Time now);
  // What a try of job `id` learnt. While open only the probe's counts.
  void Learn(Time now, bool is_probe, std::string_view id, Contact contact);
  // The probe ended and learnt nothing.
  void Leave() { is_probing_ = false; }

  bool is_open() const { return state_ == State::kOpen; }
  // As if new; or open, and nothing was due for long that could have been a probe.
  bool is_idle(Time now) const;

 private:
  enum class State { kClosed, kOpen, kRamp };
  void Open(Time now);
  void Forgive();

  BreakerOptions options_;
  State state_;
  // Since the last success.
  std::set<std::string, std::less<>> failed_;  // jobs
  size_t not_reached_ = 0;                     // tries
  bool is_probing_ = false;
  std::chrono::milliseconds probe_gap_{0};
  Time probe_at_;
  Time second_;  // the ramp's present one
  int rate_ = 0;
  int begun_ = 0;
};

}  // namespace tamarack::work
