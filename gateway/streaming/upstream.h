#pragma once

#include "gateway/call/call.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace tamarack::gateway {

// One server-streaming call as bytes, message by message: the next message is read when it is asked
// for, so a caller that waits makes gRPC's flow control hold the service back. Lives on one
// executor; destroying it cancels a call that has not ended.
class UpstreamStream {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Event { kMessage, kEnd, kTimeout };

  // Begins the call; `request.timeout` bounds the whole of it.
  UpstreamStream(boost::asio::any_io_executor executor, std::shared_ptr<grpc::Channel> channel,
                 const CallRequest& request);
  ~UpstreamStream();
  UpstreamStream(const UpstreamStream&) = delete;
  UpstreamStream& operator=(const UpstreamStream&) = delete;

  // Waits for a message, the call's end or `until`. When the caller is cancelled, cancels the call
  // and returns kEnd once gRPC has let go of it.
  boost::asio::awaitable<Event> Next(Clock::time_point until);

  // The message that the last kMessage told of.
  const std::string& message() const;
  std::string TakeMessage();
  // The service's headers; known with the first message.
  const Metadata& initial() const;
  // Status and trailing metadata; known after kEnd.
  const absl::Status& status() const;
  const Metadata& trailing() const;
  // False if the call surely never left; known after kEnd.
  bool may_have_arrived() const;

 private:
  struct Inbox;
  class Reactor;
  std::shared_ptr<Inbox> inbox_;
  std::shared_ptr<Reactor> reactor_;
};

}  // namespace tamarack::gateway
