#pragma once

#include "platform/redis/redis.h"

#include <hiredis/async.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tamarack::redis {

// "unix:/path" or "host:port", read.
struct Address {
  std::string path;  // empty for TCP
  std::string host;
  int port = 0;
};
absl::StatusOr<Address> ParseAddress(const std::string& text);

// The status for an error reply such as "NOAUTH Authentication required."
absl::Status FromErrorReply(std::string_view text);

// One hiredis connection, bridged to one Asio descriptor; internal. hiredis owns the context: it
// frees itself after an error, and Cleanup is the last thing it calls. A Link is used once: when it
// is dead, make another.
class Link : public std::enable_shared_from_this<Link> {
 public:
  using Handler = boost::asio::any_completion_handler<void(absl::StatusOr<Reply>)>;
  using OnPush =
      std::function<void(const std::string& kind, std::string channel, std::string text)>;

  Link(boost::asio::any_io_executor executor, const ClientOptions& options)
      : socket_(executor), timer_(executor), options_(options) {}

  // Begins to connect; commands may be sent at once. `on_closed` runs (posted) when the link is
  // dead, and is told whether it ever worked: whether a command got an answer that is no error. To
  // be connected is not enough, for a server may accept and close at once.
  absl::Status Open(Address address, std::function<void(bool has_worked)> on_closed);
  bool is_alive() const { return context_ != nullptr; }
  void Close();

  void Send(const std::vector<std::string>& args, Handler handler);
  // Subscribes; `on_push` gets ("subscribe", channel, "") and ("message", channel, text).
  void Subscribe(const std::vector<std::string>& channels, OnPush on_push);

 private:
  struct Pending;
  static Link* Self(void* self) { return static_cast<Link*>(self); }
  static void OnReply(redisAsyncContext* context, void* raw, void* pending);
  static void OnPushed(redisAsyncContext* context, void* raw, void* self);
  void Complete(Handler handler, absl::StatusOr<Reply> reply);
  absl::Status WhyClosed() const;
  int Write(const std::vector<std::string>& args, redisCallbackFn* callback, void* context);
  void WantRead();
  void WantWrite();
  void Cleanup();
  void Authenticate(const std::string& password);
  void ArmTimer();

  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  ClientOptions options_;
  redisAsyncContext* context_ = nullptr;
  std::function<void(bool)> on_closed_;
  OnPush on_push_;
  // When the answers under way are due, oldest first: Redis answers in order.
  std::deque<std::chrono::steady_clock::time_point> due_;
  bool is_timer_armed_ = false;
  bool is_timed_out_ = false;
  bool was_connected_ = false;
  bool has_worked_ = false;
  bool is_reading_ = false;
  bool is_writing_ = false;
};

}  // namespace tamarack::redis
