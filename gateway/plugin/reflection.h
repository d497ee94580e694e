#pragma once

#include "platform/rpc/channel.h"

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.pb.h>

#include <chrono>
#include <string>

namespace tamarack::gateway {

// Asks one back end for its descriptors by gRPC server reflection (v1, or v1alpha where that is not
// known; the two differ in the package's name only). Its calls block for a bounded time: for a
// pool, one thread at a time.
class Reflection {
 public:
  Reflection(const std::string& address, const rpc::ChannelOptions& options);

  bool IsOf(const std::string& address, const rpc::ChannelOptions& options) const {
    return address_ == address && options_ == options;
  }

  // Begins to connect, without waiting.
  void Connect();

  // The files of every service but gRPC's own, with all that they import, an importing file behind
  // those that it imports. UNAVAILABLE where there is no connection within `connect_time`.
  absl::StatusOr<google::protobuf::FileDescriptorSet> Fetch(std::chrono::milliseconds connect_time);

 private:
  std::string address_;
  rpc::ChannelOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  bool is_alpha_ = false;  // What the back end knew last.
};

}  // namespace tamarack::gateway
