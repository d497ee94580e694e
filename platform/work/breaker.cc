#include "platform/work/breaker.h"

#include <algorithm>

namespace tamarack::work {

int Breaker::Room(Time now, int wanted) {
  if (state_ == State::kOpen) return is_probing_ || now < probe_at_ ? 0 : std::min(wanted, 1);
  if (state_ == State::kRamp && now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    begun_ = 0;
    rate_ *= 2;
    if (rate_ > options_.ramp_last) state_ = State::kClosed;
  }
  return state_ == State::kRamp ? std::min(wanted, std::max(rate_ - begun_, 0)) : wanted;
}

bool Breaker::Begin() {
  ++begun_;
  if (state_ != State::kOpen) return false;
  is_probing_ = true;
  return true;
}

void Breaker::Learn(Time now, bool is_probe, std::string_view id, Contact contact) {
  if (is_probe) is_probing_ = false;
  if (state_ == State::kOpen) {
    if (!is_probe) return;  // it began before
    if (contact == Contact::kFailed) return Open(now);
    state_ = State::kRamp;
    second_ = now;
    rate_ = options_.ramp_first;
    begun_ = 0;
  }
  if (contact == Contact::kReached) {
    failed_.clear();
    probe_gap_ = std::chrono::milliseconds(0);
    return;
  }
  failed_.emplace(id);
  if (failed_.size() >= options_.opens_after) Open(now);
}

bool Breaker::is_idle(Time now) const {
  if (state_ == State::kOpen) return !is_probing_ && now > probe_at_ + 10 * options_.probe_gap_max;
  return state_ == State::kClosed && failed_.empty();
}

void Breaker::Open(Time now) {
  probe_gap_ = std::clamp(probe_gap_ * 2, options_.probe_gap_min, options_.probe_gap_max);
  probe_at_ = now + probe_gap_;
  state_ = State::kOpen;
  failed_.clear();
}

}  // namespace tamarack::work
