#include "gateway/call.h"

#include "platform/rpc/errors.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tamarack::gateway {
namespace asio = boost::asio;

struct Backend::Channel {
  explicit Channel(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}
  grpc::GenericStub stub;
};

namespace {

constexpr int kAnswerBytesMax = 16 << 20;  // letters and exports are pages' bytes too
constexpr int kMetadataBytesMax = 64 << 10;

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

Backend::Backend(const std::string& address) {
  grpc::ChannelArguments arguments;
  // A restarted back end must be found again within a second, not after gRPC's two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  // gRPC's 8 KiB are too few for redirects with cookies and for long lists of violations.
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  // Connections are shared between channels of equal arguments, which would tie back ends to each
  // other.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = std::make_unique<Channel>(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

Backend::~Backend() = default;

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
