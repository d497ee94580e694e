#pragma once

#include "gateway/limits/adaptive_limit.h"
#include "gateway/response/answer.h"
#include "platform/rpc/channel.h"

#include <absl/status/status.h>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace grpc {
class Channel;
}

namespace tamarack::gateway {

// One call as bytes: the gateway needs no generated code for the services behind it.
struct CallRequest {
  std::string grpc_path;
  std::string wire;
  Metadata metadata;
  std::chrono::milliseconds timeout{10'000};
};

struct CallResult {
  absl::Status status;  // With the service's details as payloads.
  std::string wire;
  Metadata trailing;
  bool may_have_arrived = true;  // False if it surely never left.
  size_t request_bytes = 0;      // What was sent.
};

// Whether a call with this peer (grpc::ClientContext::peer) had a connection to go out on.
bool HasConnection(std::string_view peer);

// A gRPC channel to one back end. Reconnects by itself; while there is no connection calls fail at
// once.
class Backend {
 public:
  explicit Backend(const std::string& address, const rpc::ChannelOptions& options = {});
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  // Resumes on the caller's executor. Cancelling the caller cancels the call.
  boost::asio::awaitable<CallResult> Call(CallRequest request);

  // For calls that stream; see UpstreamStream.
  std::shared_ptr<grpc::Channel> channel() const;
  // How many calls it can take; kept by whoever makes them.
  AdaptiveLimit& concurrency() { return concurrency_; }

 private:
  struct Channel;
  std::unique_ptr<Channel> channel_;
  AdaptiveLimit concurrency_;
};

}  // namespace tamarack::gateway
