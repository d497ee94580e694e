// What all background work is: turns, one after the other, and what they start.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace tamarack::work {

// What is under way at the end has this long; what is left then is taken again by others.
inline constexpr std::chrono::seconds kStopWait{15};

// Takes a turn when it is woken, and once in a while without, until it is stopped. Lives on one
// executor, whose loop runs until after Stop; owned by shared_ptr, and by what runs.
class BackgroundTask : public std::enable_shared_from_this<BackgroundTask> {
 public:
  virtual ~BackgroundTask() = default;

  // Each from any thread.
  void Start();
  void Wake();
  // Begins nothing more from now on, and has `stop_wait` to end what runs. Waits for nothing.
  void AskToStop();
  // Asks, and waits for what runs. Blocks: call it off the loop. At once when it was never started,
  // or is stopped.
  void Stop();
  // On the loop.
  bool is_stopping() const { return is_stopping_; }

 protected:
  explicit BackgroundTask(boost::asio::any_io_executor executor,
                          std::chrono::milliseconds stop_wait = kStopWait)
      : executor_(std::move(executor)), alarm_(executor_), stop_wait_(stop_wait) {}

  enum class Next {
    kAgain,  // there may be more to do at once
    kWait,   // until woken, or Patience is over
    kRest,   // something failed: until Patience is over, whoever wakes
  };
  virtual boost::asio::awaitable<Next> Turn() = 0;
  virtual std::chrono::milliseconds Patience() const = 0;
  // The time since the first asking was too short for what runs.
  virtual void OnAbandoned() const {}

  // Runs `body` beside the turns; when it ends, another turn is taken. On the loop.
  void Begin(std::function<boost::asio::awaitable<void>()> body);
  int running() const { return running_; }
  const boost::asio::any_io_executor& executor() const { return executor_; }

 private:
  boost::asio::awaitable<void> Run();
  boost::asio::awaitable<void> Pause(bool is_rest);
  void Rouse();

  const boost::asio::any_io_executor executor_;
  boost::asio::steady_timer alarm_;
  int running_ = 0;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::atomic<bool> is_started_ = false;
  const std::chrono::milliseconds stop_wait_;
  std::once_flag is_asked_;
  std::chrono::steady_clock::time_point stop_until_;  // since it was asked
  std::promise<void> ended_;
  const std::shared_future<void> end_ = ended_.get_future().share();
};

// Owns one, for whoever makes it: Worker, Sweeper. From any thread, but for what says otherwise.
class Background {
 public:
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void Start() { task_->Start(); }
  // Looks for work now: call it after a transaction that made some has committed.
  void Wake() { task_->Wake(); }
  // Begins nothing more.
  void AskToStop() { task_->AskToStop(); }
  // The same, and waits for what runs. Blocks: call it off the loop, which must still run.
  void Stop() { task_->Stop(); }
  // On the loop: for what takes long, so that it ends early.
  bool is_stopping() const { return task_->is_stopping(); }

 protected:
  explicit Background(std::shared_ptr<BackgroundTask> task) : task_(std::move(task)) {}
  ~Background() = default;

 private:
  const std::shared_ptr<BackgroundTask> task_;
};

// Stops what is or owns background work: all are asked before the first is waited for, so that
// their times to end are one and the same. Blocks, as each Stop.
template <class... T>
void StopAll(T&... all) {
  (all.AskToStop(), ...);
  (all.Stop(), ...);
}

}  // namespace tamarack::work
