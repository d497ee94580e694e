#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>

namespace tamarack::runtime {

// The coroutines that an object has started and that nobody awaits. They are joined before what
// they use is destroyed: by the group's owner with Join(), or at the latest by Process, which
// joins every group of its loop while all that main() made is still there. The
// destructor aborts while some run.
//
// What its tasks keep alive, by a shared_ptr in what they capture, may own the group itself: it is
// let go when they are gone.
//
// An exception that escapes a task aborts the process, with its text: nothing of ours throws after
// start-up, and a loop that ended unseen is worse than a restart. Where others wait for what a task
// does, and a library may throw through it, the task catches that and tells them.
class TaskGroup {
 public:
  using Body = std::function<boost::asio::awaitable<void>()>;

  explicit TaskGroup(boost::asio::any_io_executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `body` on the loop, and keeps what it captures for as long as it runs. Any thread. It is
  // asked to end by a cancellation, which throws nothing: waits return early, statements go on to
  // their end, and IsAskedToEnd() says so.
  void Spawn(Body body);

  // Asks all to end, those that are yet to come too; waits for none. Any thread.
  void AskToEnd();
  // The same, and returns when the last is gone. On the loop, and not in a task of the group.
  boost::asio::awaitable<void> Join();

  // Joins all groups of the executor's loop.
  static boost::asio::awaitable<void> JoinAll(boost::asio::any_io_executor executor);

 private:
  friend void Spawn(boost::asio::any_io_executor executor, Body body);
  struct State;
  struct Task;
  class Groups;
  static void SpawnIn(const std::shared_ptr<State>& state, Body body);

  std::shared_ptr<State> state_;
};

// Starts `body` in the group of the loop itself, for what uses nothing that goes before main()
// ends.
void Spawn(boost::asio::any_io_executor executor, TaskGroup::Body body);

// Whether the task has been asked to end, by its group or by whoever awaits it.
boost::asio::awaitable<bool> IsAskedToEnd();

// Suspends the caller for `duration`; returns early, without an exception, when it is asked to end,
// or was already.
boost::asio::awaitable<void> SleepFor(std::chrono::steady_clock::duration duration);

// What becomes of an exception that nobody waits for.
void AbortOn(const std::exception_ptr& error);

}  // namespace tamarack::runtime
