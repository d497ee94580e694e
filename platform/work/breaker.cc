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

bool Breaker::Begin(Time now) {
  ++begun_;
  if (state_ != State::kOpen || Room(now, 1) == 0) return false;
  is_probing_ = true;
  return true;
}

void Breaker::Learn(Time now, bool is_probe, std::string_view id, Contact contact) {
  if (is_probe) is_probing_ = false;
  if (state_ == State::kOpen) {
    if (!is_probe) return;  // it began before
    if (contact != Contact::kReached) return Open(now);
    state_ = State::kRamp;
    second_ = now;
    rate_ = options_.ramp_first;
    begun_ = 0;
  }
  if (contact == Contact::kReached) {
    Forgive();
    probe_gap_ = std::chrono::milliseconds(0);
    return;
  }
  if (contact == Contact::kFailed) {
    failed_.emplace(id);
  } else {
    ++not_reached_;
  }
  if (failed_.size() + not_reached_ >= options_.opens_after) Open(now);
}

bool Breaker::is_idle(Time now) const {
  if (state_ == State::kOpen) return !is_probing_ && now > probe_at_ + 10 * options_.probe_gap_max;
  return state_ == State::kClosed && failed_.empty() && not_reached_ == 0;
}

void Breaker::Open(Time now) {
  probe_gap_ = std::clamp(probe_gap_ * 2, options_.probe_gap_min, options_.probe_gap_max);
  probe_at_ = now + probe_gap_;
  state_ = State::kOpen;
  Forgive();
}

void Breaker::Forgive() {
  failed_.clear();
  not_reached_ = 0;
}

}  // namespace tamarack::work
