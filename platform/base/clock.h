#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace tamarack {

// In microseconds, as PostgreSQL keeps them: system_clock's own nanoseconds end in 2262 and begin
// in 1677, and a time that somebody wrote (9999-12-31) would come out as another. Never convert to
// them.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

inline TimePoint Now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// Where a class asks for the time; tests pass their own.
using Clock = std::function<TimePoint()>;

inline Clock SystemClock() {
  return &Now;
}

inline int64_t UnixSeconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

inline int64_t UnixMicros(TimePoint time) {
  return time.time_since_epoch().count();
}

inline TimePoint FromUnixMicros(int64_t micros) {
  return TimePoint(std::chrono::microseconds(micros));
}

}  // namespace tamarack
