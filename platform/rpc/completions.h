#pragma once

#include "platform/rpc/cork.h"

#include <absl/functional/function_ref.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace tamarack::rpc {

// Waits for gRPC's client calls on an io_context: its one completion queue, found by `Of`, made on
// first use and shut down with the context. Not gRPC's callback API, whose threads wake each other
// and the loop for every event.
//
// Who waits for gRPC's sockets? gRPC 1.51 has one epoll set for the whole process. Where the loop
// can see it, and nobody else waits on it, the loop does: no other thread takes part in a call.
// Otherwise (a gRPC server in the same process, another polling engine) a thread waits and hands
// over what happened in batches. docs/adr/2026-11-27-one-thread-for-calls.md has the reasons.
class Completions final : public boost::asio::execution_context::service {
 public:
  static boost::asio::execution_context::id id;

  // Of the io_context that `executor` belongs to.
  static Completions& Of(const boost::asio::any_io_executor& executor);
  explicit Completions(boost::asio::execution_context& context);
  ~Completions() override;

  // Begins something of a call with `start`, which gives gRPC this tag for one event, and suspends
  // the caller until the event is there: what gRPC writes to may lie in the caller's frame. Gives
  // the event's `ok`. Cancelling the caller cancels the call, which makes the event come soon.
  using Start = absl::FunctionRef<void(grpc::CompletionQueue* queue, void* tag)>;
  boost::asio::awaitable<bool> Await(grpc::ClientContext& context, Start start);

  // False while the loop waits for gRPC's sockets itself.
  bool uses_thread() const { return thread_.joinable(); }

 private:
  // What gRPC is asked for, and who waits for it.
  struct Event : boost::intrusive::list_base_hook<> {
    explicit Event(grpc::ClientContext& of) : context(of) {}
    virtual ~Event() = default;
    virtual void Resume(bool ok) = 0;  // Once; the event is gone afterwards.
    grpc::ClientContext& context;
  };
  template <class Handler>
  struct Waiter;

  void shutdown() override;
  bool EndsAtOnce(absl::FunctionRef<void()> start, void** tag, bool* ok);
  void Poll();
  void PollSoon();
  void CorkTurn();
  void WatchSockets();
  void WatchClock();
  Event* Next(bool* ok);
  void Finish(Event* event, bool ok);

  void UseThread();
  void WaitOnThread();
  void Deliver();

  boost::asio::io_context& loop_;
  grpc::CompletionQueue queue_;
  boost::intrusive::list<Event, boost::intrusive::constant_time_size<false>> running_;

  // While the loop waits itself.
  boost::asio::posix::stream_descriptor sockets_;  // gRPC's epoll set; closed when not used.
  std::optional<Cork> cork_;
  int corked_calls_ = 0;
  boost::asio::steady_timer clock_;
  bool is_clock_running_ = false;
  bool will_poll_ = false;
  int strays_ = 0;  // How much speaks for somebody else who polls; see the .cc.

  // While a thread waits.
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::pair<Event*, bool>> done_;  // Guarded by `mutex_`.
};

}  // namespace tamarack::rpc
