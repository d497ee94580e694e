#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <sys/socket.h>

#include <future>
#include <string>
#include <thread>

namespace tamarack::test {
namespace asio = boost::asio;

// The loop of a process under test, on its own thread.
class LoopThread {
 public:
  ~LoopThread() {
    work_.reset();
    io_.stop();
    thread_.join();
  }
  asio::any_io_executor executor() { return io_.get_executor(); }

  // Runs a coroutine on the loop and waits for its result.
  template <class T>
  T Run(asio::awaitable<T> body) {
    return asio::co_spawn(io_, std::move(body), asio::use_future).get();
  }
  // Runs a function on the loop and waits for it.
  template <class Function>
  auto Do(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    asio::post(io_, [&task] { task(); });
    return result.get();
  }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
};

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
};

// A client that sends what it is told to, byte by byte if need be. Reads give up after 5 s.
class RawClient {
 public:
  explicit RawClient(int port) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), static_cast<uint16_t>(port)});
    timeval limit{5, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  void Send(std::string_view text) {
    boost::system::error_code ignored;  // the server may have closed already; reads show it
    asio::write(socket_, asio::buffer(text.data(), text.size()), ignored);
  }
  // One answer; `has_body` is false after HEAD. Status 0: the connection ended before it.
  Answer Read(bool has_body = true) {
    size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return {};
    }
    Answer answer{std::stoi(pending_.substr(9, 3)), pending_.substr(0, end + 4), ""};
    pending_.erase(0, end + 4);
    size_t at = answer.head.find("Content-Length: ");
    size_t size =
        at == std::string::npos || !has_body ? 0 : std::stoul(answer.head.substr(at + 16));
    while (pending_.size() < size) {
      if (!More()) return {};
    }
    answer.body = pending_.substr(0, size);
    pending_.erase(0, size);
    return answer;
  }
  // Everything up to and with `text`; what came when the connection ends before it.
  std::string ReadUntil(std::string_view text) {
    size_t at;
    while ((at = pending_.find(text)) == std::string::npos) {
      if (!More()) return std::exchange(pending_, {});
    }
    std::string before = pending_.substr(0, at + text.size());
    pending_.erase(0, before.size());
    return before;
  }
  // True when the peer closes, orderly, without another byte.
  bool ReadsEnd() {
    if (!pending_.empty()) return false;
    char byte;
    return recv(socket_.native_handle(), &byte, 1, 0) == 0;
  }
  void Close() { socket_.close(); }
  // Sends no more, and goes on reading.
  void FinishSending() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
  // Goes without a word, as a process does that is killed while input waits for it.
  void Reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  bool More() {
    char bytes[4096];
    ssize_t count = recv(socket_.native_handle(), bytes, sizeof bytes, 0);
    if (count > 0) pending_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }
  asio::io_context io_;
  asio::ip::tcp::socket socket_{io_};
  std::string pending_;
};

// Holds handlers until the test lets them go on.
class Gate {
 public:
  explicit Gate(asio::any_io_executor executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  // False when the waiting coroutine was cancelled.
  asio::awaitable<bool> Pass() {
    entered_.set_value();
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    auto state = co_await asio::this_coro::cancellation_state;
    bool cancelled = state.cancelled() != asio::cancellation_type::none;
    left_.set_value(!cancelled);
    co_return !cancelled;
  }
  void AwaitEntry() { entered_.get_future().get(); }
  bool AwaitLeaving() { return left_.get_future().get(); }
  void Open() {
    asio::post(timer_.get_executor(), [this] { timer_.cancel(); });
  }

 private:
  asio::steady_timer timer_;
  std::promise<void> entered_;
  std::promise<bool> left_;
};

}  // namespace tamarack::test
