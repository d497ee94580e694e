#pragma once

#include "platform/redis/link.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tamarack::redis {

// How long to leave a server alone after it failed: doubles from failure to failure, with jitter.
class Backoff {
 public:
  explicit Backoff(const ClientOptions& options) : options_(options), next_(options.backoff_min) {}
  void Reset() { next_ = options_.backoff_min; }
  std::chrono::milliseconds Next();

 private:
  ClientOptions options_;
  std::chrono::milliseconds next_;
};

// The connection for commands; internal to Client.
class Commands : public std::enable_shared_from_this<Commands> {
 public:
  Commands(boost::asio::any_io_executor executor, std::string address, const ClientOptions& options)
      : executor_(std::move(executor)),
        address_(std::move(address)),
        options_(options),
        backoff_(options) {}

  Async<Reply> Run(std::vector<std::string> args);
  void Close();

 private:
  AsyncStatus Connect();
  void Failed();

  boost::asio::any_io_executor executor_;
  std::string address_;
  ClientOptions options_;
  Backoff backoff_;
  std::chrono::steady_clock::time_point not_before_{};
  std::shared_ptr<Link> link_;
};

}  // namespace tamarack::redis
