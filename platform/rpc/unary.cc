#include "platform/rpc/unary.h"

#include "platform/base/check.h"
#include "platform/base/task.h"
#include "platform/rpc/policy.h"
#include "platform/rpc/validate.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/telemetry/span.h"
#include "platform/telemetry/traced_executor.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <optional>

namespace tamarack::rpc {
namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

namespace {

bool IsBug(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status);
}

telemetry::Span ServerSpan(const google::protobuf::MethodDescriptor& method,
                           telemetry::TraceContext trace, std::string parent_span_id) {
  return {.context = std::move(trace),
          .parent_span_id = std::move(parent_span_id),
          .name = absl::StrCat(method.service()->full_name(), "/", method.name()),
          .kind = telemetry::SpanKind::kServer,
          .attributes = {{"rpc.system", "grpc"},
                         {"rpc.service", method.service()->full_name()},
                         {"rpc.method", method.name()}}};
}

AsyncStatus Recorded(AsyncStatus call, telemetry::Span span) {
  co_await asio::this_coro::throw_if_cancelled(false);
  absl::Status status = co_await std::move(call);
  span.attributes.push_back({"rpc.grpc.status_code", static_cast<int64_t>(status.code())});
  span.is_error = IsBug(status) || absl::IsUnavailable(status) || absl::IsUnimplemented(status) ||
                  absl::IsDeadlineExceeded(status);
  telemetry::Record(std::move(span));
  co_return status;
}

}  // namespace

struct Interceptor::MethodMetrics {
  prometheus::Histogram& duration;
  std::map<absl::StatusCode, prometheus::Counter*> by_code;
};

Interceptor::Interceptor(asio::any_io_executor executor, auth::TokenVerifier* verifier,
                         prometheus::Registry& registry)
    : executor_(executor), verifier_(verifier), registry_(registry) {}
Interceptor::~Interceptor() = default;

Interceptor::MethodMetrics& Interceptor::MetricsOf(const std::string& full_name) {
  auto& entry = metrics_[full_name];
  if (!entry) {
    auto& duration = telemetry::DurationHistogram(registry_, "tamarack_rpc_server_duration_seconds",
                                                  "Time to answer a call", {{"method", full_name}});
    entry.reset(new MethodMetrics{duration, {}});
  }
  return *entry;
}

Method::Method(const char* service, const char* name) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  descriptor_ = pool->FindMethodByName(std::string(service) + "." + name);
  TAMARACK_CHECK(descriptor_ != nullptr);
}

struct UnaryCallBase::Cancel {
  explicit Cancel(asio::any_io_executor executor_) : executor(std::move(executor_)) {}
  asio::any_io_executor executor;  // The call's own.
  asio::cancellation_signal signal;
};

UnaryCallBase::UnaryCallBase(Interceptor& interceptor, const Method& method,
                             grpc::CallbackServerContext* server_context,
                             const google::protobuf::Message& request)
    : interceptor_(interceptor),
      method_(method),
      server_context_(server_context),
      request_(request),
      context_(ReadMetadata(*server_context)) {}

UnaryCallBase::~UnaryCallBase() = default;

void UnaryCallBase::Start() {
  auto caller = telemetry::ParseTraceparent(context_.traceparent);
  auto trace = caller ? telemetry::ChildOf(*caller) : telemetry::NewTrace(/*sampled=*/false);
  if (!caller) telemetry::Sample(trace);
  context_.traceparent = telemetry::FormatTraceparent(trace);
  asio::any_io_executor executor = interceptor_.executor_;
  std::optional<telemetry::Span> span;
  if (telemetry::IsRecorded(trace)) {
    executor = telemetry::WithTraces(executor, {trace});
    span = ServerSpan(method_.descriptor(), std::move(trace), caller ? caller->span_id : "");
  }
  cancel_ = std::make_shared<Cancel>(TaskExecutor(std::move(executor)));
  auto done = [this](std::exception_ptr error, absl::Status status) {
    if (error) status = absl::InternalError("exception");
    WriteMetadata(context_.http, *server_context_);
    Finish(ToGrpc(status));  // the last touch: OnDone may delete this on another thread
  };
  // The frame of Run() must be made on the executor: handlers may not assume anything about gRPC's
  // threads.
  asio::co_spawn(
      cancel_->executor,
      [this, span = std::move(span)] { return span ? Recorded(Run(), *span) : Run(); },
      asio::bind_cancellation_slot(cancel_->signal.slot(), std::move(done)));
}

AsyncStatus UnaryCallBase::Run() {
  // Cancellation reaches a handler as an error code from what it awaits, never as an exception.
  co_await asio::this_coro::throw_if_cancelled(false);
  auto start = Steady::now();
  absl::Status status;
  try {
    status = co_await CheckedBody();
  } catch (const std::exception& error) {  // never ours: a library threw through a handler
    status = absl::InternalError(error.what());
  }
  Report(status, Steady::now() - start);
  co_return status;
}

AsyncStatus UnaryCallBase::CheckedBody() {
  CO_RETURN_IF_ERROR(co_await Authenticate());
  CO_RETURN_IF_ERROR(Validate(request_, context_.language));
  co_return co_await Body(context_);
}

AsyncStatus UnaryCallBase::Authenticate() {
  const auto& policy = method_.descriptor().options().GetExtension(api::v1::policy);
  const auto& metadata = server_context_->client_metadata();
  auto found = metadata.find("authorization");
  if (found == metadata.end() || interceptor_.verifier_ == nullptr)
    co_return CheckAccess(policy, nullptr);
  std::string_view value(found->second.data(), found->second.size());
  constexpr std::string_view kScheme = "Bearer ";
  if (!value.starts_with(kScheme)) co_return CheckAccess(policy, nullptr);
  auto principal =
      co_await interceptor_.verifier_->Verify(std::string(value.substr(kScheme.size())));
  if (principal.ok()) {
    context_.principal = *std::move(principal);
    co_return CheckAccess(policy, context_.principal.get());
  }
  // A dead key source is not the caller's fault, so it is no 401.
  if (absl::IsUnavailable(principal.status()) && policy.access() != api::v1::MethodPolicy::PUBLIC) {
    co_return principal.status();
  }
  co_return CheckAccess(policy, nullptr);
}

void UnaryCallBase::Report(const absl::Status& status, Steady::duration took) {
  auto& metrics = interceptor_.MetricsOf(method_.full_name());
  metrics.duration.Observe(std::chrono::duration<double>(took).count());
  auto& counter = metrics.by_code[status.code()];
  std::string code = absl::StatusCodeToString(status.code());
  if (counter == nullptr) {
    counter =
        &telemetry::Counter(interceptor_.registry_, "tamarack_rpc_server_requests_total",
                            "Calls answered", {{"method", method_.full_name()}, {"code", code}});
  }
  counter->Increment();

  bool is_bug = IsBug(status);
  bool is_ours = is_bug || absl::IsUnavailable(status);
  auto level = is_bug    ? telemetry::Level::kError
               : is_ours ? telemetry::Level::kWarning
                         : telemetry::Level::kInfo;
  auto trace = telemetry::ParseTraceparent(context_.traceparent);
  telemetry::LogContext log_context{context_.request_id,
                                    trace ? trace->trace_id : std::string_view()};
  // Other texts may quote input, so only those about our own side are logged.
  std::string detail = is_ours ? std::string(status.message()) : std::string();
  telemetry::Log(level, log_context, "rpc",
                 {{"method", method_.full_name()},
                  {"code", code},
                  {"client_id", context_.principal->client_id},
                  {"ms", took},
                  {"error", detail}});
}

void UnaryCallBase::OnCancel() {
  asio::post(interceptor_.executor_, [cancel = cancel_] {
    cancel->signal.emit(asio::cancellation_type::terminal);
    // Asio emits on the call's executor, where that may still be waiting for its turn.
    asio::post(cancel->executor, [cancel] {});
  });
}

}  // namespace tamarack::rpc
