#include "gateway/call.h"

#include "platform/rpc/errors.h"

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tamarack::gateway {
namespace asio = boost::asio;

struct Backend::Channel {
  explicit Channel(std::shared_ptr<grpc::Channel> opened)
      : channel(std::move(opened)), stub(channel) {}
  std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
};

namespace {

// Shared between the coroutine, gRPC's thread and the cancellation slot: whichever lets go last
// frees it.
struct Call {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  grpc::Status status;
};

std::string ToString(grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return {};
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace

Backend::Backend(const std::string& address, const rpc::ChannelOptions& options)
    : channel_(std::make_unique<Channel>(rpc::OpenChannel(address, options))) {}

Backend::~Backend() = default;

std::shared_ptr<grpc::Channel> Backend::channel() const {
  return channel_->channel;
}

asio::awaitable<CallResult> Backend::Call(CallRequest request) {
  auto call = std::make_shared<gateway::Call>();
  call->context.set_deadline(std::chrono::system_clock::now() + request.timeout);
  for (const auto& [key, value] : request.metadata) call->context.AddMetadata(key, value);
  grpc::Slice slice(request.wire);
  call->request = grpc::ByteBuffer(&slice, 1);

  auto initiate = [&](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
      slot.assign([call](asio::cancellation_type) { call->context.TryCancel(); });
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    channel_->stub.UnaryCall(&call->context, request.grpc_path, grpc::StubOptions(), &call->request,
                             &call->response, [call, shared](grpc::Status status) {
                               call->status = std::move(status);
                               asio::post(asio::get_associated_executor(*shared),
                                          [shared]() mutable { std::move (*shared)(); });
                             });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate,
                                                                       asio::use_awaitable);

  CallResult result;
  result.status = rpc::FromGrpc(call->status);
  result.wire = ToString(call->response);
  for (const auto& [key, value] : call->context.GetServerTrailingMetadata()) {
    result.trailing.emplace_back(std::string(key.data(), key.size()),
                                 std::string(value.data(), value.size()));
  }
  co_return result;
}

}  // namespace tamarack::gateway
