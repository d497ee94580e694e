// What the gateway does with a request once its route is known.
#include "gateway/call/call_problem.h"
#include "gateway/codec/wire_rules.h"
#include "gateway/gateway.h"
#include "gateway/request/csrf.h"
#include "gateway/request/deadline.h"
#include "gateway/response/conditional.h"
#include "gateway/response/location.h"

#include "platform/base/status.h"
#include "platform/telemetry/span.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <algorithm>

namespace tamarack::gateway {

using api::v1::MethodPolicy;

namespace {

constexpr size_t kIdempotencyKeyLengthMax = 255;
// gRPC refuses more than 8 KiB of metadata, counted as HPACK does, and calls it exhaustion.
constexpr size_t kMetadataBytesMax = size_t{7} * 1024;
constexpr size_t kMetadataEntryOverhead = 32;
constexpr char kTraceparent[] = "traceparent";

// A browser sends cookies by itself, so whatever they authorise must come from a form of ours.
bool NeedsOwnForm(const Visit& visit, const Route& route) {
  return !visit.is_safe() &&
         (route.policy.page() || route.policy.access() == MethodPolicy::SESSION);
}

bool IsTooLarge(const Metadata& metadata) {
  size_t bytes = 0;
  for (const auto& [name, value] : metadata)
    bytes += name.size() + value.size() + kMetadataEntryOverhead;
  return bytes > kMetadataBytesMax;
}

// Whether a service says so of a condition that it was given. Nothing else is: others are refused
// before it is called.
bool IsFailedCondition(const Visit& visit, const absl::Status& status) {
  if (absl::IsAborted(status) || absl::IsFailedPrecondition(status))
    return visit.request.headers.Has(kIfMatch) ||
           (visit.request.headers.Has(kIfNoneMatch) && !visit.is_safe());
  return absl::IsAlreadyExists(status) && visit.request.headers.Has(kIfNoneMatch);
}

// Whether the time that a call took is the back end's own: it answered, or did not in time.
bool SaysHowBusy(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsCancelled(status);
}

// The call to the back end, which then knows it as its parent. Nothing while none is recorded.
std::optional<telemetry::Span> ClientSpan(const Visit& visit, const Route& route,
                                          Metadata& metadata) {
  if (!telemetry::IsRecorded(visit.trace)) return std::nullopt;
  telemetry::Span span{.context = telemetry::ChildOf(visit.trace),
                       .parent_span_id = visit.trace.span_id,
                       .name = route.grpc_path.substr(1),
                       .kind = telemetry::SpanKind::kClient,
                       .attributes = {{"rpc.system", "grpc"},
                                      {"rpc.service", route.method->service()->full_name()},
                                      {"rpc.method", route.method->name()}}};
  auto parent = std::ranges::find(metadata, kTraceparent, &Metadata::value_type::first);
  if (parent != metadata.end()) parent->second = telemetry::FormatTraceparent(span.context);
  return span;
}

void RecordAnswer(std::optional<telemetry::Span> span, const absl::Status& status) {
  if (!span) return;
  span->attributes.push_back({"rpc.grpc.status_code", static_cast<int64_t>(status.code())});
  span->is_error = !status.ok();
  telemetry::Record(*std::move(span));
}

}  // namespace

boost::asio::awaitable<http::Response> Gateway::Serve(const Visit& visit, const Route& route,
                                                      const Router::Match& match,
                                                      Observation& observation) {
  if (auto early = co_await Admit(visit, route, observation)) co_return *std::move(early);
  std::string_view body = visit.request.body;
  std::string read;
  if (visit.request.read_body) {
    if (auto early = co_await ReadBody(visit, route, observation, &read))
      co_return *std::move(early);
    body = read;
  }
  observation.bytes_received = body.size();
  // From here to the call nothing waits, so that only what is about to be called is held.
  if (auto early = TakeRoom(visit, route, observation)) co_return *std::move(early);

  std::string content_type = visit.request.headers.Join("content-type");
  Bound bound = BindRequest(route, match, {visit.query, content_type, body});
  if (auto early = CheckBound(visit, route, bound)) co_return *std::move(early);

  bool is_session_page = route.policy.page() && route.policy.access() == MethodPolicy::SESSION;
  std::string csrf_token = is_session_page       ? SessionFormToken(visit.Cookie(kSessionCookie))
                           : route.policy.page() ? CsrfToken(visit)
                                                 : "";
  bool is_new_csrf_token = route.policy.page() && !is_session_page && csrf_token.empty();
  if (is_new_csrf_token) csrf_token = NewCsrfToken();

  CallRequest call;
  call.grpc_path = route.grpc_path;
  call.wire = std::move(bound.wire);
  call.metadata = MakeMetadata(visit, route, observation.admission.caller.get(), csrf_token);
  if (auto early = AddIdempotencyKey(visit, route, &call.metadata)) co_return *std::move(early);
  if (auto early = CheckConditions(visit, route)) co_return *std::move(early);
  if (auto early = AddPassedHeaders(visit, route, &call.metadata)) co_return *std::move(early);
  if (IsTooLarge(call.metadata)) co_return Fail(visit, &route, {ProblemKind::kHeadersTooLarge});
  auto timeout = CallTimeout(visit, route.policy);
  if (!timeout) {
    co_return Refuse(visit, route,
                     {Reason::kInvalidHeader, InputError::Source::kHeader, kRequestTimeoutHeader,
                      kRequestTimeoutHeader});
  }
  call.timeout = *timeout;

  Backend& backend = *observation.snapshot->backends[route.backend];
  AdaptiveLimit::Permit& running = *observation.admission.permit;
  if (route.method->server_streaming())
    co_return co_await ServeStream(visit, route, std::move(call), backend, running);
  auto span = ClientSpan(visit, route, call.metadata);
  auto called = std::chrono::steady_clock::now();
  CallResult result = co_await backend.Call(std::move(call));
  RecordAnswer(std::move(span), result.status);
  auto answered = std::chrono::steady_clock::now();
  observation.upstream = answered - called;
  if (SaysHowBusy(result.status)) running.Took(route.grpc_path, observation.upstream, answered);
  observation.is_upstream_unavailable = absl::IsUnavailable(result.status);
  http::Response response = PrintAnswer(visit, route, result);
  if (is_new_csrf_token && IsHtml(response))
    response.headers.Add("Set-Cookie", CsrfCookie(csrf_token));
  Verdict verdict = co_await concluder_.Conclude(visit.request, route, result.wire, response);
  if (verdict == Verdict::kPreconditionFailed)
    co_return Fail(visit, &route, {ProblemKind::kPreconditionFailed});
  co_return response;
}

Gateway::Early Gateway::CheckBound(const Visit& visit, const Route& route,
                                   const Bound& bound) const {
  if (bound.outcome == Bound::Outcome::kUnsupportedMediaType) {
    return Fail(visit, &route, {ProblemKind::kUnsupportedMediaType});
  }
  if (bound.outcome == Bound::Outcome::kRefused) return Refuse(visit, route, bound.error);
  bool needs_session = route.policy.access() == MethodPolicy::SESSION;
  if (NeedsOwnForm(visit, route) && !IsOwnForm(visit, bound.form, needs_session)) {
    return Fail(visit, &route, {ProblemKind::kCrossSite});
  }
  if (route.request_rules == nullptr) return std::nullopt;
  MaskedField masked;
  if (route.mask_field != nullptr) masked = {route.body_field, route.mask_field};
  absl::Status rules = CheckWire(*route.request_rules, bound.wire, visit.language_tag(), masked);
  if (!rules.ok()) return Fail(visit, &route, FromStatus(rules, route.shape));
  return std::nullopt;
}

Gateway::Early Gateway::AddIdempotencyKey(const Visit& visit, const Route& route,
                                          Metadata* metadata) const {
  if (route.policy.idempotency() == MethodPolicy::IDEMPOTENCY_UNSPECIFIED) return std::nullopt;
  constexpr char kHeader[] = "Idempotency-Key";
  auto refuse = [&](Reason reason) {
    return Refuse(visit, route, {reason, InputError::Source::kHeader, kHeader, kHeader});
  };
  auto keys = visit.request.headers.GetAll(kHeader);
  if (keys.empty()) {
    if (route.policy.idempotency() == MethodPolicy::REQUIRED) return refuse(Reason::kMissingHeader);
    return std::nullopt;
  }
  // A structured-field string; the bare key is accepted too.
  std::string_view key = keys[0];
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"')
    key = key.substr(1, key.size() - 2);
  bool is_valid = keys.size() == 1 && !key.empty() && key.size() <= kIdempotencyKeyLengthMax &&
                  IsMetadataSafe(key) && key.find_first_of("\"\\ ") == std::string_view::npos;
  if (!is_valid) return refuse(Reason::kInvalidHeader);
  metadata->emplace_back("x-tamarack-idempotency-key", key);
  return std::nullopt;
}

Metadata Gateway::MakeMetadata(const Visit& visit, const Route& route, const Caller* caller,
                               std::string_view csrf_token) const {
  // Nothing of the caller's own goes along unless it is named here, so inbound `x-tamarack-*` and
  // `grpc-*` never do.
  Metadata metadata;
  metadata.reserve(8);
  metadata.emplace_back("x-request-id", visit.request_id);
  metadata.emplace_back(kTraceparent, telemetry::FormatTraceparent(visit.trace));
  if (!visit.trace_state.empty()) metadata.emplace_back("tracestate", visit.trace_state);
  metadata.emplace_back("x-tamarack-language", visit.language_tag());
  if (route.plugin == nullptr || route.plugin->sees_client_ip)
    metadata.emplace_back("x-tamarack-client-ip", visit.client_address);
  if (caller != nullptr) metadata.emplace_back("authorization", "Bearer " + caller->access_token);
  if (!csrf_token.empty()) metadata.emplace_back("x-tamarack-csrf-token", csrf_token);
  // A plug-in's cookies are of its own origin: at the public one each could be anybody's.
  bool has_cookies = route.plugin == nullptr || visit.origin == route.plugin->pages_origin;
  for (const std::string& name : route.policy.pass_cookies()) {
    if (!has_cookies) break;
    std::string_view value = visit.Cookie(name);
    if (!value.empty() && IsMetadataSafe(value)) {
      metadata.emplace_back("x-tamarack-cookie-" + absl::AsciiStrToLower(name), value);
    }
  }
  return metadata;
}

http::Response Gateway::PrintAnswer(const Visit& visit, const Route& route,
                                    CallResult& result) const {
  AnswerHints hints = HintsOf(visit, route, result.trailing);
  if (!result.status.ok()) {
    bool needs_session = route.policy.page() && route.policy.access() == MethodPolicy::SESSION;
    // The session has ended between our look at it and the service's.
    if (needs_session && absl::IsUnauthenticated(result.status))
      return *NotAuthenticated(visit, route, result.status);
    Problem problem = ProblemOfCall(visit, route, result);
    problem.headers = std::move(hints.headers);
    if (problem.status == 0 && IsFailedCondition(visit, result.status))
      problem.kind = ProblemKind::kPreconditionFailed;
    if (StatusOf(problem) == 401 && !problem.headers.Has("WWW-Authenticate") &&
        route.policy.access() == MethodPolicy::TOKEN) {
      problem.headers.Set("WWW-Authenticate", Challenge(visit, problem));
    }
    return Fail(visit, &route, problem);
  }
  const MethodPolicy& policy = route.policy;
  bool is_empty = route.response_plan->type->full_name() == "google.protobuf.Empty";
  http::Response response;
  response.status = hints.status != 0             ? hints.status
                    : policy.success_status() > 0 ? policy.success_status()
                    : is_empty                    ? 204
                                                  : 200;
  response.headers = std::move(hints.headers);
  absl::Status printed;
  if (route.gives_http_body) {
    HttpBody body = ReadHttpBody(result.wire);
    if (!body.content_type.empty())
      response.headers.Set("Content-Type", std::string(body.content_type));
    if (response.status != 205) response.body = body.data;  // RFC 9110 section 15.3.6
  } else if (response.status != 204 && response.status != 205) {
    response.headers.Set("Content-Type", "application/json");
    printed = PrintMessage(route, result.wire, response.body, visit.log_context());
  }
  if (printed.ok() && !policy.location().empty()) {
    std::string location = FillLocation(policy.location(), result.wire, *route.response_plan);
    if (MayLeadTo(visit, route, location)) response.headers.Set("Location", std::move(location));
  }
  if (!printed.ok() || !MaySend(visit, route, response))
    return Fail(visit, &route, {ProblemKind::kInternal});
  if (IsHtml(response) && !response.headers.Has("Content-Language")) {
    response.headers.Set("Content-Language", std::string(visit.language_tag()));
  }
  AddSecurityHeaders(hints.form_action, is_https_, response);
  return response;
}

}  // namespace tamarack::gateway
