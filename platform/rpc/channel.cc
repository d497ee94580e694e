#include "platform/rpc/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <mutex>
#include <vector>

namespace tamarack::rpc {

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::shared_ptr<grpc::Channel>>();
  grpc::ChannelArguments arguments;
  // gRPC's own back-off grows to two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // Channels of equal arguments would share connections, which would tie back ends to each other.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  std::lock_guard lock(mutex);
  kept.push_back(channel);
  return channel;
}

}  // namespace tamarack::rpc
