#pragma once

#include "platform/base/status.h"
#include "platform/runtime/offload.h"

#include <memory>
#include <utility>

namespace tamarack::runtime {

// One kind of work for a pool, with a bound: what strangers can ask for must not pile up in front
// of everything else. Lives on one loop; the pool must outlive it.
class OffloadLane {
  template <class T>
  struct Unwrapped {
    using Type = T;
  };
  template <class T>
  struct Unwrapped<absl::StatusOr<T>> {
    using Type = T;
  };

 public:
  // `full` is what callers are told when `waiting_max` of them wait already.
  OffloadLane(OffloadPool& pool, int waiting_max, const char* full)
      : pool_(pool), waiting_max_(waiting_max), full_(full) {}

  // As OffloadPool::Run; RESOURCE_EXHAUSTED, without running anything, when too many wait. What
  // `work` returns may be a StatusOr.
  template <class Work>
  auto Run(Work work) -> Async<typename Unwrapped<decltype(work())>::Type> {
    if (*waiting_ >= waiting_max_) co_return absl::ResourceExhaustedError(full_);
    Turn turn(waiting_);
    co_return co_await pool_.Run(std::move(work));
  }

 private:
  // Counts one waiting caller for as long as it lives, which may be longer than the lane.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<int> waiting) : waiting_(std::move(waiting)) { ++*waiting_; }
    ~Turn() { --*waiting_; }
    Turn(const Turn&) = delete;

   private:
    std::shared_ptr<int> waiting_;
  };

  OffloadPool& pool_;
  const int waiting_max_;
  const char* full_;
  std::shared_ptr<int> waiting_ = std::make_shared<int>(0);
};

}  // namespace tamarack::runtime
