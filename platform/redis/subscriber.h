#pragma once

#include "platform/redis/commands.h"
#include "platform/runtime/task_group.h"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <set>

namespace tamarack::redis {

// The connection for subscriptions; internal to Client. Keeps trying until it is closed.
class Subscriber : public std::enable_shared_from_this<Subscriber> {
 public:
  Subscriber(boost::asio::any_io_executor executor, std::string address,
             const ClientOptions& options)
      : executor_(executor),
        address_(std::move(address)),
        options_(options),
        backoff_(options),
        wake_(executor),
        tasks_(executor) {}

  void Add(std::string channel, std::function<void(std::string_view)> on_message,
           std::function<void()> on_reconnect);
  void Close();

 private:
  struct Channel {
    std::function<void(std::string_view)> on_message;
    std::function<void()> on_reconnect;
    bool was_subscribed = false;
  };
  boost::asio::awaitable<void> Run();
  absl::Status Open(Address address);
  void Send(std::vector<std::string> channels);
  void Deliver(const std::string& kind, const std::string& name, const std::string& text);

  boost::asio::any_io_executor executor_;
  std::string address_;
  ClientOptions options_;
  Backoff backoff_;
  boost::asio::steady_timer wake_;
  std::multimap<std::string, Channel> channels_;
  std::shared_ptr<Link> link_;
  bool is_running_ = false;
  bool is_closed_ = false;
  runtime::TaskGroup tasks_;
};

}  // namespace tamarack::redis
