#include "gateway/limits/adaptive_limit.h"

#include "platform/base/status.h"

#include <algorithm>
#include <cmath>

namespace tamarack::gateway {

namespace {

constexpr double kBulkShare = 0.5;
constexpr double kDefaultShare = 0.8;

// A window says something when it holds this many calls and lasted this long.
constexpr int kWindowCallsMin = 20;
constexpr auto kWindowMin = std::chrono::milliseconds(250);
// Below this the limit was not put to the test.
constexpr double kUsedShare = 0.4;
constexpr double kShrinkMost = 0.5;  // In one window.

// Samples before a method's usual latency is believed, how long a later one counts, and what one
// weighs at most.
constexpr int kWarmSamples = 10;
constexpr double kMemorySeconds = 60;
constexpr double kFloorMemorySeconds = 10;
constexpr double kWeightMax = 0.1;

// What a stream that began well adds: more than it takes, since half of it at least is open to all.
constexpr double kStreamRoom = 2;
constexpr auto kCongestionMemory = std::chrono::seconds(10);
// After so long without congestion what was learnt from it is over.
constexpr auto kRecovery = std::chrono::seconds(30);

}  // namespace

bool AdaptiveLimit::HasRoom(api::v1::Priority priority, bool is_stream) const {
  double share = priority == api::v1::BULK       ? kBulkShare
                 : priority == api::v1::CRITICAL ? 1
                                                 : kDefaultShare;
  auto fits = [share](int running, double limit) {
    return running < std::max(1.0, std::floor(limit * share));
  };
  return fits(running_, limit_) || (!is_stream && fits(running_ - streams_, options_.min));
}

std::optional<AdaptiveLimit::Permit> AdaptiveLimit::Begin(api::v1::Priority priority,
                                                          bool is_stream) {
  if (!HasRoom(priority, is_stream)) return std::nullopt;
  return Permit(*this, is_stream);
}

AdaptiveLimit::Permit::Permit(AdaptiveLimit& limit, bool is_stream)
    : limit_(&limit), is_stream_(is_stream) {
  ++limit.running_;
  limit.streams_ += is_stream;
  limit.running_most_ = std::max(limit.running_most_, limit.running_);
}

AdaptiveLimit::Permit::~Permit() {
  if (limit_ == nullptr) return;
  --limit_->running_;
  limit_->streams_ -= is_stream_;
}

void AdaptiveLimit::MakeRoom(Time now) {
  if (now < congested_until_ || running_ < limit_ * kUsedShare) return;
  limit_ = std::min(options_.max, limit_ + kStreamRoom);
}

void AdaptiveLimit::Learn(std::string_view method, Duration took, Time now) {
  // Few calls at once never put a low limit to the test, and would keep it for ever.
  if (now >= congested_until_ + kRecovery) limit_ = std::max(limit_, options_.initial);
  double seconds = std::chrono::duration<double>(took).count();
  Usual& usual = usual_[ToAbsl(method)];
  double since = std::chrono::duration<double>(now - std::exchange(usual.latest, now)).count();
  if (usual.samples < kWarmSamples) {
    ++usual.samples;
    usual.seconds += (seconds - usual.seconds) / usual.samples;
    return;
  }
  if (window_calls_ == 0) window_begin_ = now - took;
  ++window_calls_;
  window_seconds_ += seconds;
  window_usual_seconds_ += usual.seconds;
  if (pressure_ != Pressure::kBusy || seconds < usual.seconds) {
    double memory = pressure_ == Pressure::kAtFloor ? kFloorMemorySeconds : kMemorySeconds;
    usual.seconds += (seconds - usual.seconds) * std::clamp(since / memory, 0.0, kWeightMax);
  }
  if (window_calls_ >= kWindowCallsMin && now - window_begin_ >= kWindowMin) CloseWindow(now);
}

void AdaptiveLimit::CloseWindow(Time now) {
  double times_usual = window_seconds_ / std::max(window_usual_seconds_, 1e-9);
  bool is_congested = times_usual > options_.tolerance;
  if (is_congested) congested_until_ = now + kCongestionMemory;
  pressure_ = Pressure::kNone;
  if (running_most_ >= limit_ * kUsedShare) {
    pressure_ = is_congested && limit_ <= options_.min ? Pressure::kAtFloor : Pressure::kBusy;
    double next = is_congested ? limit_ * std::max(kShrinkMost, options_.tolerance / times_usual)
                               : limit_ + std::sqrt(limit_);
    limit_ = std::clamp(next, options_.min, options_.max);
  }
  window_begin_ = now;
  window_calls_ = 0;
  window_seconds_ = window_usual_seconds_ = 0;
  running_most_ = running_;
}

}  // namespace tamarack::gateway
