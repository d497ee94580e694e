#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace tamarack::testing {

// Longer than anything takes that works: only what is broken waits for so long.
inline constexpr std::chrono::seconds kPatience{20};

// Whether `condition` comes true. For what tells nobody that it has changed: another process, a
// table, a metric.
inline bool Eventually(const std::function<bool()>& condition) {
  auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

// A number that any thread counts and a test waits for, told of each change.
class Count {
 public:
  void operator++() { Add(1); }
  void operator--() { Add(-1); }
  operator int() const {
    std::lock_guard lock(mutex_);
    return value_;
  }
  // Whether it becomes this number.
  bool Becomes(int wanted) const {
    return Await([&] { return value_ == wanted; });
  }
  bool Exceeds(int limit) const {
    return Await([&] { return value_ > limit; });
  }

 private:
  void Add(int difference) {
    std::lock_guard lock(mutex_);
    value_ += difference;
    changed_.notify_all();
  }
  template <class Condition>
  bool Await(Condition condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int value_ = 0;
};

}  // namespace tamarack::testing
