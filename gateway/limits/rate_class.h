#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// What a rate class allows one caller. The protos name the classes (MethodPolicy.rate_class), the
// configuration gives their figures.
struct RateClass {
  double per_second = 50;  // What comes back each second; below 1 is fine.
  int burst = 200;         // What may come at once after a pause.
  int64_t per_day = 0;     // Each UTC day; 0: no such limit.
  int concurrent = 128;    // Requests running at once; 0: no such limit.

  // Time in which one request comes back.
  int64_t interval_us() const { return static_cast<int64_t>(1e6 / per_second); }
  int64_t burst_us() const { return burst * interval_us(); }
  // Requests charged in advance at most, so that not every one asks the store: more where they come
  // back so quickly that the advance would be stale at once.
  int ahead_max() const { return std::max(64, static_cast<int>(per_second / 20)); }
  // Of a network that holds several.
  RateClass Times(int times) const {
    return {per_second * times, burst * times, per_day * times, concurrent * times};
  }
  bool operator==(const RateClass&) const = default;
};

// By name, as the configuration gives them; the gateway has usual figures for its own three,
// `read`, `write` and `failed_authentication`. Every other name has those of `read` for GET and
// HEAD, of `write` for the rest, but is counted apart.
class RateClasses {
 public:
  RateClasses();

  // Replaces or adds one.
  void Set(const std::string& name, const RateClass& figures);

  struct Named {
    std::string_view name;
    const RateClass& figures;
    bool is_own;  // Nobody else's figures.
  };
  // The class of a method whose policy says `name`, perhaps nothing.
  Named Find(std::string_view name, bool is_read) const;
  bool operator==(const RateClasses&) const = default;

 private:
  std::map<std::string, RateClass, std::less<>> classes_;
};

}  // namespace tamarack::gateway
