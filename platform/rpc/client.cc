#include "platform/rpc/client.h"

#include "platform/rpc/channel.h"
#include "platform/rpc/context.h"
#include "platform/rpc/errors.h"

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

namespace tamarack::rpc {
namespace asio = boost::asio;
using MessageStub =
    grpc::TemplatedGenericStub<google::protobuf::Message, google::protobuf::Message>;

struct Client::Channel {
  explicit Channel(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}
  MessageStub stub;
};

Client::Client(const std::string& address, TokenFunction token, std::function<void()> on_refused)
    : channel_(std::make_unique<Channel>(OpenChannel(address))),
      token_(std::move(token)),
      on_refused_(std::move(on_refused)) {}

Client::~Client() = default;

AsyncStatus Client::CallInto(std::string method, const google::protobuf::Message& request,
                             google::protobuf::Message& response, CallOptions options) {
  grpc::ClientContext context;
  auto deadline = std::chrono::system_clock::now() + options.timeout;
  if (options.on_behalf_of != nullptr) {
    deadline = std::min(deadline, options.on_behalf_of->deadline);
    context.AddMetadata("traceparent", options.on_behalf_of->traceparent);
    context.AddMetadata("x-request-id", options.on_behalf_of->request_id);
    context.AddMetadata("x-tamarack-language", options.on_behalf_of->language);
  }
  context.set_deadline(deadline);
  if (!options.idempotency_key.empty())
    context.AddMetadata("x-tamarack-idempotency-key", options.idempotency_key);
  if (token_) {
    absl::StatusOr<std::string> token = co_await token_();
    // Our own credential failed, so nobody may read a verdict on theirs from it.
    if (!token.ok())
      co_return absl::UnavailableError(absl::StrCat("no access token: ", token.status().message()));
    context.AddMetadata("authorization", "Bearer " + *token);
  }
  // gRPC writes into our frame until its callback, so the frame must outlive the call whatever the
  // caller does.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  auto initiate = [&](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    channel_->stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                             [shared](grpc::Status status) {
                               auto executor = asio::get_associated_executor(*shared);
                               asio::post(executor, [shared, status = FromGrpc(status)]() mutable {
                                 std::move (*shared)(std::move(status));
                               });
                             });
  };
  absl::Status status =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(absl::Status)>(
          initiate, asio::use_awaitable);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  if (on_refused_ && absl::IsUnauthenticated(status)) on_refused_();
  bool is_refused = absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
  if (options.on_behalf_of != nullptr && is_refused) {
    // We were refused, not the caller we act for: a 401 or 403 would blame them.
    co_return absl::InternalError(absl::StrCat(method, ": ", status.message()));
  }
  co_return status;
}

}  // namespace tamarack::rpc
