#include "gateway/call/call.h"

#include "platform/rpc/completions.h"
#include "platform/rpc/errors.h"

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <boost/asio/this_coro.hpp>

namespace tamarack::gateway {
namespace asio = boost::asio;

struct Backend::Channel {
  explicit Channel(std::shared_ptr<grpc::Channel> opened)
      : channel(std::move(opened)), stub(channel) {}
  std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
};

namespace {

std::string ToString(grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return {};
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace

// gRPC names the peer once the call has a connection, before that what it would connect to.
bool HasConnection(std::string_view peer) {
  return peer.starts_with("ipv4:") || peer.starts_with("ipv6:") || peer.starts_with("unix:");
}

Backend::Backend(const std::string& address, const rpc::ChannelOptions& options)
    : channel_(std::make_unique<Channel>(rpc::OpenChannel(address, options))) {}

Backend::~Backend() = default;

std::shared_ptr<grpc::Channel> Backend::channel() const {
  return channel_->channel;
}

asio::awaitable<CallResult> Backend::Call(CallRequest request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + request.timeout);
  for (const auto& [key, value] : request.metadata) context.AddMetadata(key, value);
  grpc::Slice slice(request.wire);
  grpc::ByteBuffer body(&slice, 1), answer;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call;
  auto start = [&](grpc::CompletionQueue* queue, void* tag) {
    call = channel_->stub.PrepareUnaryCall(&context, request.grpc_path, body, queue);
    call->StartCall();
    call->Finish(&answer, &status, tag);
  };
  co_await rpc::Completions::Of(co_await asio::this_coro::executor).Await(context, start);

  CallResult result;
  result.status = rpc::FromGrpc(status);
  result.wire = ToString(answer);
  result.may_have_arrived = HasConnection(context.peer());
  result.request_bytes = request.wire.size();
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    result.trailing.emplace_back(std::string(key.data(), key.size()),
                                 std::string(value.data(), value.size()));
  }
  co_return result;
}

}  // namespace tamarack::gateway
