#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace tamarack::rpc {

// Metadata of one call: gRPC's 8 KiB are too few for error details, cookies and redirects.
inline constexpr int kMetadataBytesMax = 64 << 10;
// A notification may carry files of 16 MiB in all.
inline constexpr int kMessageBytesMax = 17 << 20;

// Mutual TLS with PEM files, which are read again when they change.
struct ChannelTls {
  std::string ca_file;
  std::string cert_file;    // Ours, for servers that ask for one; may be empty.
  std::string key_file;     // Of `cert_file`.
  std::string server_name;  // That the certificate must have, where it is not the address's host.
  bool operator==(const ChannelTls&) const = default;
};

struct ChannelOptions {
  std::optional<ChannelTls> tls;
  int message_bytes_max = kMessageBytesMax;
  std::chrono::seconds keepalive{30};  // While calls run: a dead connection is noticed.
  // gRPC's service config (JSON): balancing, health checks, retries. The resolver's has no say.
  std::string service_config;
  bool operator==(const ChannelOptions&) const = default;
};

// A channel to one back end (host:port, or dns:///host:port), with connections of its own, that
// finds a back end that was restarted or moved within a second.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const ChannelOptions& options = {});

// For whoever makes calls by gRPC's callback API, before the first one. gRPC 1.51 frees its
// callback threads together with the last channel that has used them, and that must not happen on
// one of those threads, where a call that outlives its owner would let go of its channel. So one
// channel, which leads nowhere, uses them for as long as the process lives. Better:
// platform/rpc/completions.
void KeepCallbackThreads();

}  // namespace tamarack::rpc
