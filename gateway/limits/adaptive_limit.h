#pragma once

#include "tamarack/api/v1/policy.pb.h"

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tamarack::gateway {

struct AdaptiveLimitOptions {
  double min = 8;
  double initial = 64;
  double max = 1000;
  double tolerance = 2;  // Times its usual latency that a call may take.
};

// How many calls one back end runs at once before it is protected: learned from its latency
// (docs/adr/2026-11-27-overload.md). Calls are compared with what their own method usually takes,
// so that a slow method is no sign of overload. When a window's calls took more than `tolerance`
// times that, the limit shrinks in proportion; else it grows by its square root, in either case
// only while at least two fifths of it are in use. Half a minute after the last such window it is
// at least what it was at first. Pure: the caller says what time it is.
class AdaptiveLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  explicit AdaptiveLimit(AdaptiveLimitOptions options = {})
      : options_(options), limit_(options.initial) {}

  // Whether a call of this priority may begin: bulk fills half of the limit, critical all of it.
  // Streams may stay for hours, so whatever they fill, as many calls as the least limit allows may
  // run beside them: from those it is learned how the back end is. By the time one is to begin
  // others may have taken that room: Begin looks again.
  bool HasRoom(api::v1::Priority priority, bool is_stream = false) const;

  // A running call has one; the limit outlives it.
  class Permit {
   public:
    Permit(Permit&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)), is_stream_(other.is_stream_) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(limit_, other.limit_);
      std::swap(is_stream_, other.is_stream_);
      return *this;
    }
    ~Permit();
    // What it took says something about the back end: not when the call was cancelled or never
    // reached it.
    void Took(std::string_view method, Duration took, Time now) {
      limit_->Learn(method, took, now);
    }
    // A stream has begun well: how long it runs says nothing, but that the back end takes it does.
    void Began(Time now) { limit_->MakeRoom(now); }

   private:
    friend class AdaptiveLimit;
    Permit(AdaptiveLimit& limit, bool is_stream);
    AdaptiveLimit* limit_;
    bool is_stream_;
  };

  // Takes the room for a call where there is some; nothing where there is none.
  std::optional<Permit> Begin(api::v1::Priority priority, bool is_stream = false);

  double limit() const { return limit_; }
  int running() const { return running_; }

 private:
  // What a method usually takes, in seconds: an average over the last minute or so in which the
  // back end was not pressed.
  struct Usual {
    double seconds = 0;
    int samples = 0;
    Time latest{};
  };
  // What the last window says about samples from now on.
  enum class Pressure {
    kNone,     // What calls take is what they usually take.
    kBusy,     // They may have waited: only shorter times are believed.
    kAtFloor,  // Even the fewest calls at once take longer, so that is now usual.
  };
  void Learn(std::string_view method, Duration took, Time now);
  void MakeRoom(Time now);
  void CloseWindow(Time now);

  AdaptiveLimitOptions options_;
  double limit_;
  int running_ = 0;
  int streams_ = 0;       // Of those.
  int running_most_ = 0;  // In this window.
  Time window_begin_{};
  int window_calls_ = 0;
  double window_seconds_ = 0;
  double window_usual_seconds_ = 0;
  Pressure pressure_ = Pressure::kNone;
  Time congested_until_{};  // As streams see it.
  absl::flat_hash_map<std::string, Usual> usual_;
};

}  // namespace tamarack::gateway
