#include "platform/curl/multi.h"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace tamarack::curl {
namespace asio = boost::asio;
using Handler = asio::any_completion_handler<void(CURLcode)>;

namespace {

// Once per process, before the first thread of libcurl's.
void InitialiseLibrary() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error("curl_global_init failed");
}

// One descriptor that libcurl wants watched. libcurl owns and closes it.
struct Watch {
  explicit Watch(asio::any_io_executor executor) : descriptor(executor) {}
  ~Watch() {
    if (descriptor.is_open()) Release();
  }
  void Release() {
    wants_read = wants_write = false;
    descriptor.release();
  }
  asio::posix::stream_descriptor descriptor;
  bool wants_read = false, wants_write = false;
  bool waits_read = false, waits_write = false;
};

struct Pending {
  Handler handler;
  asio::cancellation_slot slot;
};

}  // namespace

class Multi::Impl : public std::enable_shared_from_this<Multi::Impl> {
 public:
  explicit Impl(asio::any_io_executor executor) : executor_(executor), timer_(executor) {
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("curl_multi_init failed");
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &OnSocket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 64L);  // idle ones kept
  }

  // Ends every transfer. After it the object only waits for its last callbacks to go.
  void Close() {
    while (!pending_.empty()) Finish(pending_.begin()->first, CURLE_ABORTED_BY_CALLBACK);
    curl_multi_cleanup(std::exchange(multi_, nullptr));
    watches_.clear();
    timer_.cancel();
  }

  void Start(CURL* easy, Handler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([weak = weak_from_this(), easy](asio::cancellation_type) {
        if (auto self = weak.lock()) self->Finish(easy, CURLE_ABORTED_BY_CALLBACK);
      });
    }
    pending_.emplace(easy, Pending{std::move(handler), slot});
    // Calls OnTimer, which starts the transfer from the loop.
    if (curl_multi_add_handle(multi_, easy) != CURLM_OK) Finish(easy, CURLE_FAILED_INIT);
  }

 private:
  static int OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    static_cast<Impl*>(self)->Want(fd, what);
    return 0;
  }

  static int OnTimer(CURLM*, long timeout_ms, void* self) {
    static_cast<Impl*>(self)->SetTimer(timeout_ms);
    return 0;
  }

  void Want(curl_socket_t fd, int what) {
    if (what == CURL_POLL_REMOVE) {
      // libcurl may close it at once and its number come back as another socket, so let go of it
      // now, even if Act() still holds the watch.
      auto found = watches_.extract(fd);
      if (found && found.mapped()->descriptor.is_open()) found.mapped()->Release();
      return;
    }
    auto& watch = watches_[fd];
    if (!watch) {
      watch = std::make_shared<Watch>(executor_);
      boost::system::error_code error;
      watch->descriptor.assign(fd, error);
      if (error) {  // out of memory or epoll slots: the transfer runs into its timeout
        watches_.erase(fd);
        return;
      }
    }
    watch->wants_read = what & CURL_POLL_IN;
    watch->wants_write = what & CURL_POLL_OUT;
    Wait(fd, watch);
  }

  void Wait(curl_socket_t fd, const std::shared_ptr<Watch>& watch) {
    using Descriptor = asio::posix::stream_descriptor;
    if (watch->wants_read && !std::exchange(watch->waits_read, true)) {
      watch->descriptor.async_wait(
          Descriptor::wait_read,
          [self = shared_from_this(), fd, weak = std::weak_ptr(watch)](auto error) {
            auto ready = weak.lock();
            if (!ready) return;
            ready->waits_read = false;
            if (!error && ready->wants_read) self->Act(fd, CURL_CSELECT_IN, ready);
          });
    }
    if (watch->wants_write && !std::exchange(watch->waits_write, true)) {
      watch->descriptor.async_wait(
          Descriptor::wait_write,
          [self = shared_from_this(), fd, weak = std::weak_ptr(watch)](auto error) {
            auto ready = weak.lock();
            if (!ready) return;
            ready->waits_write = false;
            if (!error && ready->wants_write) self->Act(fd, CURL_CSELECT_OUT, ready);
          });
    }
  }

  void Act(curl_socket_t fd, int events, const std::shared_ptr<Watch>& watch) {
    int running = 0;
    curl_multi_socket_action(multi_, fd, events, &running);
    auto found = watches_.find(fd);
    if (found != watches_.end() && found->second == watch) Wait(fd, watch);
    CollectDone();
  }

  // libcurl has one timer. Never call back into it from here: it is inside one of its own calls.
  void SetTimer(long timeout_ms) {
    uint64_t round = ++timer_round_;
    if (timeout_ms < 0) {
      timer_.cancel();
      return;
    }
    timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    timer_.async_wait([self = shared_from_this(), round](auto error) {
      if (error || round != self->timer_round_ || self->multi_ == nullptr) return;
      int running = 0;
      curl_multi_socket_action(self->multi_, CURL_SOCKET_TIMEOUT, 0, &running);
      self->CollectDone();
    });
  }

  void CollectDone() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) Finish(message->easy_handle, message->data.result);
    }
  }

  void Finish(CURL* easy, CURLcode result) {
    auto found = pending_.find(easy);
    if (found == pending_.end()) return;
    Pending pending = std::move(found->second);
    pending_.erase(found);
    pending.slot.clear();
    curl_multi_remove_handle(multi_, easy);
    // Posted, never resumed inline: a coroutine must not run inside a callback of libcurl's.
    asio::post(executor_, [handler = std::move(pending.handler), result]() mutable {
      std::move(handler)(result);
    });
  }

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  CURLM* multi_ = nullptr;
  uint64_t timer_round_ = 0;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::unordered_map<CURL*, Pending> pending_;
};

Multi::Multi(asio::any_io_executor executor) {
  InitialiseLibrary();
  impl_ = std::make_shared<Impl>(executor);
}

Multi::~Multi() {
  impl_->Close();
}

asio::awaitable<CURLcode> Multi::Perform(CURL* easy) {
  auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return CURLE_ABORTED_BY_CALLBACK;
  auto initiate = [impl = impl_, easy](auto handler) {
    impl->Start(easy, Handler(std::move(handler)));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(CURLcode)>(
      initiate, asio::use_awaitable);
}

}  // namespace tamarack::curl
