#include "platform/rpc/completions.h"

#include "platform/rpc/grpc_epoll.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <grpc/grpc.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

namespace tamarack::rpc {
namespace asio = boost::asio;

namespace {

// gRPC's own timer threads end calls (deadlines) without any socket: how late that may be noticed.
constexpr std::chrono::milliseconds kTick{10};
// gRPC handles one ready socket a time, and some say nothing to us (settings, acknowledged pings).
constexpr int kSilentPolls = 2;
// Calls that travel together: a service that gets all at once has nothing to do until then.
constexpr int kTogetherMax = 16;
// A stray weighs as much as this many events that came as they should, and this many strays in a
// row mean that somebody else polls.
constexpr int kStrayWeight = 16;
constexpr int kStraysMax = 8;

bool IsReadable(int descriptor) {
  pollfd poll_descriptor{descriptor, POLLIN, 0};
  return poll(&poll_descriptor, 1, 0) > 0;
}

}  // namespace

asio::execution_context::id Completions::id;

template <class Handler>
struct Completions::Waiter final : Event {
  Waiter(Completions& completions, grpc::ClientContext& of, Handler waiting)
      : Event(of), handler(std::move(waiting)) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected()) return;
    slot.assign([this, &completions](asio::cancellation_type) {
      context.TryCancel();
      completions.PollSoon();
    });
  }
  void Resume(bool ok) override {
    asio::get_associated_cancellation_slot(handler).clear();
    Handler taken = std::move(handler);
    delete this;
    std::move(taken)(ok);
  }
  Handler handler;
};

Completions& Completions::Of(const asio::any_io_executor& executor) {
  return asio::use_service<Completions>(asio::query(executor, asio::execution::context));
}

Completions::Completions(asio::execution_context& context)
    : service(context),
      loop_(static_cast<asio::io_context&>(context)),
      sockets_(loop_),
      clock_(loop_) {
  int epoll = FindGrpcEpoll();
  if (epoll >= 0) epoll = dup(epoll);
  if (epoll >= 0) {
    sockets_.assign(epoll);
    cork_.emplace(epoll);
    WatchSockets();
  } else {
    UseThread();
  }
}

Completions::~Completions() = default;

asio::awaitable<bool> Completions::Await(grpc::ClientContext& context, Start start) {
  auto initiate = [&](auto handler) {
    auto* event = new Waiter<decltype(handler)>(*this, context, std::move(handler));
    running_.push_back(*event);
    void* tag = static_cast<Event*>(event);
    bool ok = false;
    CorkTurn();
    if (EndsAtOnce([&] { start(&queue_, tag); }, &tag, &ok)) {
      asio::post(loop_, [this, tag, ok] { Finish(static_cast<Event*>(tag), ok); });
    }
    if (!uses_thread()) WatchClock();
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      initiate, asio::use_awaitable);
}

// Runs `start`. True with an event that came on this very thread meanwhile, as when there is no
// connection: no socket would tell of it.
bool Completions::EndsAtOnce(absl::FunctionRef<void()> start, void** tag, bool* ok) {
  grpc_completion_queue_thread_local_cache_init(queue_.cq());
  start();
  int is_ok = 0;
  if (grpc_completion_queue_thread_local_cache_flush(queue_.cq(), tag, &is_ok) == 0) return false;
  *ok = is_ok != 0;
  // As the queue does with every event: the tag so far is gRPC's own, that of `start` lies in it.
  return static_cast<grpc::internal::CompletionQueueTag*>(*tag)->FinalizeResult(tag, ok);
}

void Completions::Finish(Event* event, bool ok) {
  running_.erase(running_.iterator_to(*event));
  event->Resume(ok);
}

void Completions::shutdown() {
  for (Event& event : running_) event.context.TryCancel();
  queue_.Shutdown();
  if (uses_thread()) {
    thread_.join();
  } else {
    void* tag = nullptr;
    for (bool ok = false; queue_.Next(&tag, &ok);) {
    }
  }
  // Frees the coroutines that waited; gRPC writes to none of them any more.
  running_.clear_and_dispose([](Event* event) { delete event; });
}

Completions::Event* Completions::Next(bool* ok) {
  void* tag = nullptr;
  auto next = queue_.AsyncNext(&tag, ok, gpr_time_0(GPR_CLOCK_MONOTONIC));
  return next == grpc::CompletionQueue::GOT_EVENT ? static_cast<Event*>(tag) : nullptr;
}

void Completions::Poll() {
  bool ok = false;
  for (int silent = 0; silent < kSilentPolls; ++silent) {
    while (Event* event = Next(&ok)) {
      silent = 0;
      if (strays_ > 0) --strays_;
      Finish(event, ok);
    }
  }
}

// For what ends without a socket, on this very thread.
void Completions::PollSoon() {
  if (uses_thread() || std::exchange(will_poll_, true)) return;
  asio::post(loop_, [this] {
    will_poll_ = false;
    if (!uses_thread()) Poll();
  });
}

// What is posted runs after everything that was ready in this turn of the loop.
void Completions::CorkTurn() {
  if (!cork_) return;
  if (cork_->is_in()) {
    if (++corked_calls_ % kTogetherMax != 0) return;
    cork_->Pull();  // The other side need not wait for all of them.
    return cork_->Push();
  }
  corked_calls_ = 1;
  cork_->Push();
  asio::post(loop_, [this] {
    if (cork_) cork_->Pull();
  });
}

void Completions::WatchSockets() {
  sockets_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](boost::system::error_code error) {
                        if (error) return;
                        Poll();
                        if (sockets_.is_open()) WatchSockets();
                      });
}

void Completions::WatchClock() {
  if (std::exchange(is_clock_running_, true)) return;
  clock_.expires_after(kTick);
  clock_.async_wait([this](boost::system::error_code error) {
    is_clock_running_ = false;
    if (error || uses_thread()) return;
    bool is_stray = !IsReadable(sockets_.native_handle());
    auto now = std::chrono::system_clock::now();
    Event* event = nullptr;
    for (bool ok = false; (event = Next(&ok)) != nullptr; is_stray = false) {
      // Nobody has told us, and it is not the deadline that gRPC's timer thread has seen to.
      if (is_stray && event->context.deadline() > now) strays_ += kStrayWeight;
      Finish(event, ok);
    }
    if (strays_ >= kStrayWeight * kStraysMax) return UseThread();
    if (!running_.empty()) WatchClock();
  });
}

void Completions::UseThread() {
  boost::system::error_code ignored;
  if (cork_) cork_->Pull();
  cork_.reset();
  sockets_.close(ignored);
  thread_ = std::thread([this] { WaitOnThread(); });
}

void Completions::WaitOnThread() {
  void* tag = nullptr;
  for (bool ok = false; queue_.Next(&tag, &ok);) {
    bool is_first = false;
    {
      std::lock_guard lock(mutex_);
      is_first = done_.empty();
      done_.emplace_back(static_cast<Event*>(tag), ok);
    }
    if (is_first) asio::post(loop_, [this] { Deliver(); });
  }
}

void Completions::Deliver() {
  std::vector<std::pair<Event*, bool>> done;
  {
    std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (auto [event, ok] : done) Finish(event, ok);
}

}  // namespace tamarack::rpc
