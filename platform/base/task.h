#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>

// Which task a coroutine belongs to, for checks that only make sense within one: a call's handler
// or a worker, with every coroutine that it awaits. A task is told by its executor, a strand of its
// own, which costs an allocation and a hop: in debug builds, and in tests of any build.
namespace tamarack {

inline std::atomic<bool>& TellsTasks() {
#ifdef NDEBUG
  static std::atomic<bool> tells = false;
#else
  static std::atomic<bool> tells = true;
#endif
  return tells;
}

// Where a new task is spawned, so that it can be told from others.
inline boost::asio::any_io_executor TaskExecutor(boost::asio::any_io_executor executor) {
  if (!TellsTasks()) return executor;
  return boost::asio::make_strand(executor);
}

// Whether a coroutine on this executor belongs to a task that can be told from others. Two of equal
// executors belong to the same.
inline bool IsTask(const boost::asio::any_io_executor& executor) {
  return executor.target<boost::asio::strand<boost::asio::any_io_executor>>() != nullptr;
}

}  // namespace tamarack
