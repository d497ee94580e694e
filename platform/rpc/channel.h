#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace tamarack::rpc {

// Metadata of one call: gRPC's 8 KiB are too few for error details, cookies and redirects.
inline constexpr int kMetadataBytesMax = 64 << 10;
// A notification may carry files of 16 MiB in all.
inline constexpr int kMessageBytesMax = 17 << 20;

// A channel to one back end (host:port), with connections of its own, that finds a restarted back
// end within a second. It is kept until the process ends: gRPC 1.51 frees its callback threads
// together with the last channel, and that must not happen on one of those threads, where a call
// that outlives its owner would let go of it.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address);

}  // namespace tamarack::rpc
