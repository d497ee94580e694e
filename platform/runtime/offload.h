#pragma once

#include "platform/runtime/task_group.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace tamarack::runtime {

// A small pool for CPU-heavy or blocking steps, so that they do not stop the loop. What strangers
// can ask for goes through an OffloadLane.
class OffloadPool {
 public:
  explicit OffloadPool(size_t threads = 2) : pool_(threads) {}
  ~OffloadPool() { pool_.join(); }

  // Runs `work` on the pool and resumes the caller on its own executor with the result. Runs to its
  // end even if the caller is cancelled meanwhile.
  template <class Work>
  auto Run(Work work) -> boost::asio::awaitable<decltype(work())> {
    auto home = co_await boost::asio::this_coro::executor;
    std::optional<decltype(work())> result;
    co_await boost::asio::post(boost::asio::bind_executor(pool_, boost::asio::use_awaitable));
    result.emplace(work());
    co_await boost::asio::post(boost::asio::bind_executor(home, boost::asio::use_awaitable));
    co_return std::move(*result);
  }

 private:
  boost::asio::thread_pool pool_;
};

}  // namespace tamarack::runtime
