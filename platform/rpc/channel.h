#pragma once

#include "platform/rpc/tls.h"

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace grpc::experimental {
class CertificateProviderInterface;
}

namespace tamarack::rpc {

// Metadata of one call: gRPC's 8 KiB are too few for error details, cookies and redirects.
inline constexpr int kMetadataBytesMax = 64 << 10;
// A notification may carry files of 16 MiB in all.
inline constexpr int kMessageBytesMax = 17 << 20;

struct ChannelOptions {
  std::optional<ChannelTls> tls;  // Absent: plain text.
  int message_bytes_max = kMessageBytesMax;
  std::chrono::seconds keepalive{30};  // While calls run: a dead connection is noticed.
  // gRPC's service config (JSON): balancing, health checks, retries. The resolver's has no say.
  // Calls go round all addresses of the name.
  std::string service_config = R"({"loadBalancingConfig":[{"round_robin":{}}]})";
  bool operator==(const ChannelOptions&) const = default;
};

// A channel to one back end (host:port, or dns:///host:port), with connections of its own, that
// finds a back end that was restarted or moved within a second.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const ChannelOptions& options = {});

// Reads the files of one side of mutual TLS, now and every two seconds.
std::shared_ptr<grpc::experimental::CertificateProviderInterface> WatchTls(const TlsFiles& files);

// For whoever makes calls by gRPC's callback API, before the first one. gRPC 1.51 frees its
// callback threads together with the last channel that has used them, and that must not happen on
// one of those threads, where a call that outlives its owner would let go of its channel. So one
// channel, which leads nowhere, uses them for as long as the process lives. Better:
// platform/rpc/completions.
void KeepCallbackThreads();

}  // namespace tamarack::rpc
