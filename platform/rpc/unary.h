#pragma once

#include "platform/auth/token_verifier.h"
#include "platform/base/status.h"
#include "platform/rpc/context.h"
#include "platform/rpc/errors.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

// gRPC's callback API ⇄ coroutines. A service derives from its generated CallbackService, says
// which Api it is, holds the process's interceptor as `rpc_`, and writes each method as one block:
//
//   class PaymentService final : public v1::PaymentService::CallbackService {
//    public:
//     PaymentService(rpc::Interceptor& rpc, PaymentRepository& repository)
//         : rpc_(rpc), repository_(repository) {}
//
//    private:
//     using Api = v1::PaymentService;
//     TAMARACK_UNARY(GetPayment, v1::GetPaymentRequest, v1::Payment) {
//       co_return co_await repository_.Find(request.payment_id());
//     }
//     rpc::Interceptor& rpc_;
//     PaymentRepository& repository_;
//   };
//
// `context` (rpc::Context&) and `request` are in scope in the block. Before it runs, the caller's
// token and the method's policy are checked and the request's field rules validated; after it, the
// call is counted and logged.
namespace tamarack::rpc {

// What every method of a process shares: where handlers run, how tokens are verified, where calls
// are counted.
class Interceptor {
 public:
  // `verifier` may be null in a process whose methods are all public.
  Interceptor(boost::asio::any_io_executor executor, auth::TokenVerifier* verifier,
              prometheus::Registry& registry);
  ~Interceptor();

  boost::asio::any_io_executor executor() const { return executor_; }

 private:
  friend class UnaryCallBase;
  friend class Method;
  struct MethodMetrics;
  MethodMetrics& MetricsOf(const std::string& full_name);

  boost::asio::any_io_executor executor_;
  auth::TokenVerifier* verifier_;
  prometheus::Registry& registry_;
  std::map<std::string, std::unique_ptr<MethodMetrics>> metrics_;  // touched on the executor only
};

// A method of a linked-in proto. Aborts at first use when there is none of that name: a bug of
// ours.
class Method {
 public:
  Method(const char* service, const char* name);
  const std::string& full_name() const { return descriptor_->full_name(); }
  const google::protobuf::MethodDescriptor& descriptor() const { return *descriptor_; }

 private:
  const google::protobuf::MethodDescriptor* descriptor_;
};

// One gRPC call whose body is a coroutine on the interceptor's executor. gRPC owns it until OnDone.
class UnaryCallBase : public grpc::ServerUnaryReactor {
 public:
  UnaryCallBase(Interceptor& interceptor, const Method& method,
                grpc::CallbackServerContext* server_context,
                const google::protobuf::Message& request);
  ~UnaryCallBase() override;

 protected:
  // Spawns the call; `Body` runs after the checks. Call last in a constructor.
  void Start();
  virtual AsyncStatus Body(Context& context) = 0;

 private:
  struct Cancel;
  void OnCancel() override;
  void OnDone() override { delete this; }
  AsyncStatus Run();
  AsyncStatus CheckedBody();
  AsyncStatus Authenticate();
  void Report(const absl::Status& status, std::chrono::steady_clock::duration took);

  Interceptor& interceptor_;
  const Method& method_;
  grpc::CallbackServerContext* server_context_;
  const google::protobuf::Message& request_;
  Context context_;
  std::shared_ptr<Cancel> cancel_;
};

template <class Request, class Response, class Handler>
class UnaryCall final : public UnaryCallBase {
 public:
  UnaryCall(Interceptor& interceptor, const Method& method,
            grpc::CallbackServerContext* server_context, const Request* request, Response* response,
            Handler handler)
      : UnaryCallBase(interceptor, method, server_context, *request),
        request_(*request),
        response_(*response),
        handler_(std::move(handler)) {
    Start();
  }

 private:
  AsyncStatus Body(Context& context) override {
    absl::StatusOr<Response> result = co_await handler_(context, request_);
    if (!result.ok()) co_return std::move(result).status();
    response_ = *std::move(result);
    co_return absl::OkStatus();
  }

  const Request& request_;
  Response& response_;
  Handler handler_;
};

// Declares the coroutine `Async<Response> Method(Context& context, const Request& request)` and
// wires gRPC to it.
#define TAMARACK_UNARY(Name, Request, Response)                                                  \
  grpc::ServerUnaryReactor* Name(grpc::CallbackServerContext* server_context,                    \
                                 const Request* request, Response* response) override {          \
    static const ::tamarack::rpc::Method method(Api::service_full_name(), #Name);                \
    auto handler = [this](::tamarack::rpc::Context& c, const Request& r) { return Name(c, r); }; \
    return new ::tamarack::rpc::UnaryCall(rpc_, method, server_context, request, response,       \
                                          handler);                                              \
  }                                                                                              \
  ::tamarack::Async<Response> Name([[maybe_unused]] ::tamarack::rpc::Context& context,           \
                                   [[maybe_unused]] const Request& request)

}  // namespace tamarack::rpc
