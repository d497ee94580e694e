#pragma once

#include "platform/rpc/channel.h"

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.pb.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

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

  // The files of every service but gRPC's own, with all that they import, an importing file behind
  // those that it imports. UNAVAILABLE where there is no connection. A back end that gave no answer
  // in time is left alone for a while, since others wait behind it: then the error is the same.
  absl::StatusOr<google::protobuf::FileDescriptorSet> Fetch();

  // Connects to those of `all` that have no connection, together, waiting at most so long.
  static void Connect(const std::vector<Reflection*>& all, std::chrono::milliseconds limit);

 private:
  std::string address_;
  rpc::ChannelOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  bool is_alpha_ = false;                               // What the back end knew last.
  absl::Status silence_;                                // Why it is left alone,
  std::chrono::steady_clock::time_point silent_until_;  // and until when.
};

}  // namespace tamarack::gateway
