#include "platform/rpc/client.h"

#include "platform/rpc/channel.h"
#include "platform/rpc/completions.h"
#include "platform/rpc/context.h"
#include "platform/rpc/errors.h"
#include "platform/telemetry/span.h"

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <boost/asio/this_coro.hpp>

namespace tamarack::rpc {
namespace asio = boost::asio;
using MessageStub =
    grpc::TemplatedGenericStub<google::protobuf::Message, google::protobuf::Message>;

namespace {

// A replica that is about to end says that it does not serve, and is called no more: what reaches
// gRPC's server as it shuts down is cancelled unseen.
constexpr char kServiceConfig[] =
    R"({"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":""}})";

// For a call on behalf of one whose trace is recorded.
std::optional<telemetry::Span> ClientSpan(const std::string& method, const Context* caller) {
  if (caller == nullptr || !telemetry::IsTracing()) return std::nullopt;
  auto trace = telemetry::ParseTraceparent(caller->traceparent);
  if (!trace || !telemetry::IsRecorded(*trace)) return std::nullopt;
  std::string_view path = method;  // "/package.Service/Method"
  path.remove_prefix(1);
  size_t slash = path.find('/');
  return telemetry::Span{.context = telemetry::ChildOf(*trace),
                         .parent_span_id = trace->span_id,
                         .name = std::string(path),
                         .kind = telemetry::SpanKind::kClient,
                         .attributes = {{"rpc.system", "grpc"},
                                        {"rpc.service", std::string(path.substr(0, slash))},
                                        {"rpc.method", std::string(path.substr(slash + 1))}}};
}

void RecordAnswer(std::optional<telemetry::Span> span, const grpc::Status& answer) {
  if (!span) return;
  span->attributes.push_back({"rpc.grpc.status_code", int64_t{answer.error_code()}});
  span->is_error = !answer.ok();
  telemetry::Record(*std::move(span));
}

}  // namespace

struct Client::Channel {
  explicit Channel(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}
  MessageStub stub;
};

Client::Client(const Target& target, TokenFunction token, std::function<void()> on_refused)
    : channel_(std::make_unique<Channel>(
          OpenChannel(target.address, {.tls = target.tls, .service_config = kServiceConfig}))),
      token_(std::move(token)),
      on_refused_(std::move(on_refused)) {}

Client::~Client() = default;

AsyncStatus Client::CallInto(std::string method, const google::protobuf::Message& request,
                             google::protobuf::Message& response, CallOptions options) {
  auto deadline = std::chrono::system_clock::now() + options.timeout;
  if (options.on_behalf_of != nullptr)
    deadline = std::min(deadline, options.on_behalf_of->deadline);
  absl::Status status = co_await CallOnce(method, request, response, options, deadline);
  if (on_refused_ && absl::IsUnauthenticated(status)) {
    on_refused_();
    status = co_await CallOnce(method, request, response, options, deadline);
    if (absl::IsUnauthenticated(status)) on_refused_();
  }
  bool is_refused = absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
  if (options.on_behalf_of != nullptr && is_refused) {
    // We were refused, not the caller we act for: a 401 or 403 would blame them.
    co_return absl::InternalError(absl::StrCat(method, ": ", status.message()));
  }
  co_return status;
}

AsyncStatus Client::CallOnce(const std::string& method, const google::protobuf::Message& request,
                             google::protobuf::Message& response, const CallOptions& options,
                             std::chrono::system_clock::time_point deadline) {
  auto span = ClientSpan(method, options.on_behalf_of);
  grpc::ClientContext context;
  if (options.on_behalf_of != nullptr) {
    context.AddMetadata("traceparent", span ? telemetry::FormatTraceparent(span->context)
                                            : options.on_behalf_of->traceparent);
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
  grpc::Status answer;
  std::unique_ptr<grpc::ClientAsyncResponseReader<google::protobuf::Message>> call;
  auto start = [&](grpc::CompletionQueue* queue, void* tag) {
    call = channel_->stub.PrepareUnaryCall(&context, method, request, queue);
    call->StartCall();
    call->Finish(&response, &answer, tag);
  };
  // The caller may be one of several who wait for the answer: its going away cancels nothing.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await Completions::Of(co_await asio::this_coro::executor).Await(context, start);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  RecordAnswer(std::move(span), answer);
  co_return FromGrpc(answer);
}

}  // namespace tamarack::rpc
