// What the gateway does with a request once its route is known.
#include "gateway/call_problem.h"
#include "gateway/codec/wire_rules.h"
#include "gateway/conditional.h"
#include "gateway/csrf.h"
#include "gateway/deadline.h"
#include "gateway/gateway.h"
#include "gateway/location.h"

#include "platform/auth/dpop.h"
#include "platform/base/status.h"
#include "platform/crypto/hash.h"
#include "platform/rpc/policy.h"
#include "platform/telemetry/log.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

namespace tamarack::gateway {

using api::v1::MethodPolicy;

namespace {

constexpr size_t kIdempotencyKeyLengthMax = 255;
// gRPC refuses more than 8 KiB of metadata, counted as HPACK does, and calls it exhaustion.
constexpr size_t kMetadataBytesMax = size_t{7} * 1024;
constexpr size_t kMetadataEntryOverhead = 32;

// What follows `Bearer ` or `DPoP `, and the proof; no value when the header is absent, of another
// scheme or given twice.
Credential FromAuthorization(const Visit& visit) {
  Credential credential;
  credential.certificate_sha256 = visit.request.client_certificate_sha256;
  auto headers = visit.request.headers.GetAll("authorization");
  if (headers.size() != 1) return credential;
  absl::string_view value = ToAbsl(headers[0]);
  size_t space = std::min(value.find(' '), value.size());
  absl::string_view scheme = value.substr(0, space);
  bool is_dpop = absl::EqualsIgnoreCase(scheme, "dpop");
  if (!is_dpop && !absl::EqualsIgnoreCase(scheme, "bearer")) return credential;
  credential.value = std::string(absl::StripAsciiWhitespace(value.substr(space)));
  if (!is_dpop) return credential;
  credential.kind = CredentialKind::kDpop;
  auto proofs = visit.request.headers.GetAll("dpop");
  if (proofs.size() == 1) credential.proof = proofs[0];
  credential.method = visit.request.method;
  credential.url = absl::StrCat(ToAbsl(visit.origin), ToAbsl(visit.path));
  return credential;
}

// Which schemes are wanted and what was wrong (RFC 6750 section 3, RFC 9449 section 7.1).
std::string Challenge(const Visit& visit, const Problem& problem) {
  std::string dpop = absl::StrCat("algs=\"", ToAbsl(auth::kDpopAlgorithms), "\"");
  auto given = visit.request.headers.Get("authorization");
  if (!given) return absl::StrCat("Bearer, DPoP ", dpop);
  const auto* named = problem.members.if_contains("error");
  std::string error =
      named != nullptr && named->is_string() ? std::string(named->get_string()) : "invalid_token";
  if (absl::StartsWithIgnoreCase(ToAbsl(*given), "dpop "))
    return absl::StrCat("DPoP error=\"", error, "\", ", dpop);
  return absl::StrCat("Bearer error=\"", error, "\", DPoP ", dpop);
}

// RFC 6750 section 3.1. Any one of the scopes will do.
std::string ScopeChallenge(const MethodPolicy& policy) {
  return absl::StrCat("Bearer error=\"insufficient_scope\", scope=\"",
                      absl::StrJoin(policy.scopes(), " "), "\"");
}

// Who the request counts against: a credential, of which a person's session is one, whatever back
// end it is shown to; where there is none, the network.
std::string CallerKey(const Visit& visit, const Route& route, const Caller* caller) {
  if (caller == nullptr || route.policy.access() == MethodPolicy::PUBLIC)
    return NetworkKey(visit.client_address);
  std::string session;
  if (caller->principal.is_session) session = crypto::Sha256Hex(visit.Cookie(kSessionCookie));
  return absl::StrCat("credential\n", caller->principal.client_id, "\n", session);
}

// The name of a parameter that by its name holds a credential (RFC 6750 section 2.3), or nothing.
std::string_view CredentialInUrl(const Visit& visit) {
  for (absl::string_view pair : absl::StrSplit(ToAbsl(visit.query), '&')) {
    std::string_view name = ToStd(pair.substr(0, pair.find('=')));
    if (name == "access_token" || name == "api_key") return name;
  }
  return {};
}

// A browser sends cookies by itself, so whatever they authorise must come from a form of ours.
bool NeedsOwnForm(const Visit& visit, const Route& route) {
  return !visit.is_safe() &&
         (route.policy.page() || route.policy.access() == MethodPolicy::SESSION);
}

// A public page shows the person's session if there is one; to a plug-in nobody's.
bool ReadsSession(const Route& route) {
  if (route.plugin != nullptr) return false;
  return route.policy.access() == MethodPolicy::SESSION ||
         (route.policy.access() == MethodPolicy::PUBLIC && route.policy.page());
}

bool IsTooLarge(const Metadata& metadata) {
  size_t bytes = 0;
  for (const auto& [name, value] : metadata)
    bytes += name.size() + value.size() + kMetadataEntryOverhead;
  return bytes > kMetadataBytesMax;
}

// Whether identity has judged the credential, and found it bad.
bool IsVerdict(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status) ||
         absl::IsInvalidArgument(status) || absl::IsNotFound(status);
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

}  // namespace

boost::asio::awaitable<http::Response> Gateway::Serve(const Visit& visit, const Route& route,
                                                      const Router::Match& match,
                                                      Observation& observation) {
  Backend& backend = *observation.snapshot->backends[route.backend];
  bool is_stream = route.method->server_streaming();
  auto shed = [&]() -> Early {
    if (backend.concurrency().HasRoom(route.policy.priority(), is_stream)) return std::nullopt;
    observation.is_shed = true;
    Problem problem{ProblemKind::kReducedCapacity};
    problem.headers.Set("Retry-After", "1");
    return Fail(visit, &route, problem);
  };
  if (auto early = shed()) co_return *std::move(early);  // before others are asked about it
  CallerPtr caller;
  if (auto early = co_await Authenticate(visit, route, &caller)) co_return *std::move(early);
  if (caller) observation.client_id = caller->principal.client_id;
  if (options_.rate_limits) {
    RateLimits::Admission admission =
        co_await options_.rate_limits->Admit(CallerKey(visit, route, caller.get()),
                                             route.policy.rate_class(), route.http_method == "GET");
    observation.headers = std::move(admission.headers);
    observation.slot = std::move(admission.slot);
    if (admission.refusal) co_return Fail(visit, &route, *admission.refusal);
  }
  // Many may have waited for those. From here to the call nothing does, so that it takes the room
  // that is found now.
  if (auto early = shed()) co_return *std::move(early);

  if (auto early = CheckCoding(visit, route)) co_return *std::move(early);
  std::string content_type = visit.request.headers.Join("content-type");
  Bound bound = BindRequest(route, match, {visit.query, content_type, visit.request.body});
  if (auto early = CheckBound(visit, route, bound)) co_return *std::move(early);

  std::string csrf_token = route.policy.page() ? CsrfToken(visit) : "";
  bool is_new_csrf_token = route.policy.page() && csrf_token.empty();
  if (is_new_csrf_token) csrf_token = NewCsrfToken();

  CallRequest call;
  call.grpc_path = route.grpc_path;
  call.wire = std::move(bound.wire);
  call.metadata = MakeMetadata(visit, route, caller.get(), csrf_token);
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

  if (is_stream) co_return co_await ServeStream(visit, route, std::move(call), backend);
  AdaptiveLimit::Call running(backend.concurrency());
  auto called = std::chrono::steady_clock::now();
  CallResult result = co_await backend.Call(std::move(call));
  auto answered = std::chrono::steady_clock::now();
  observation.upstream = answered - called;
  if (SaysHowBusy(result.status)) running.Took(route.grpc_path, observation.upstream, answered);
  observation.is_upstream_unavailable = absl::IsUnavailable(result.status);
  http::Response response = PrintAnswer(visit, route, result);
  if (is_new_csrf_token && IsHtml(response))
    response.headers.Add("Set-Cookie", CsrfCookie(csrf_token));
  co_return Conclude(visit, route, result.wire, std::move(response));
}

boost::asio::awaitable<Gateway::Early> Gateway::Authenticate(const Visit& visit, const Route& route,
                                                             CallerPtr* caller) {
  if (options_.is_open) co_return std::nullopt;
  const MethodPolicy& policy = route.policy;
  bool is_token = policy.access() == MethodPolicy::TOKEN;
  Credential credential;
  if (is_token) {
    if (std::string_view name = CredentialInUrl(visit); !name.empty()) {
      co_return Refuse(
          visit, route,
          {Reason::kCredentialInUrl, InputError::Source::kQuery, std::string(name), {}});
    }
    credential = FromAuthorization(visit);
  }
  if (!is_token && ReadsSession(route))
    credential = {CredentialKind::kSession, std::string(visit.Cookie(kSessionCookie))};

  credential.audience = route.audience;
  if (route.plugin != nullptr) credential.owner = route.plugin->owner;

  absl::StatusOr<CallerPtr> resolved = absl::UnauthenticatedError("");
  if (CallerPtr fresh = authenticator_->FreshCaller(credential)) {
    resolved = std::move(fresh);
  } else if (!credential.value.empty()) {
    if (auto early = RefuseUnknown(visit, route, credential)) co_return *std::move(early);
    resolved = co_await authenticator_->Resolve(std::move(credential));
    if (IsVerdict(resolved.status())) co_await ChargeFailure(visit, route);
  }
  if (resolved.ok()) *caller = *resolved;
  if (policy.access() == MethodPolicy::PUBLIC) co_return std::nullopt;
  if (!resolved.ok()) co_return NotAuthenticated(visit, route, resolved.status());
  absl::Status access = rpc::CheckAccess(policy, &(*caller)->principal);
  if (access.ok()) co_return std::nullopt;
  if (absl::IsUnauthenticated(access)) co_return NotAuthenticated(visit, route, access);
  Problem problem = FromStatus(access, route.shape);
  problem.headers.Set("WWW-Authenticate", ScopeChallenge(policy));
  co_return Fail(visit, &route, problem);
}

Gateway::Early Gateway::NotAuthenticated(const Visit& visit, const Route& route,
                                         const absl::Status& status) const {
  if (!IsVerdict(status)) {
    telemetry::Log(telemetry::Level::kError, visit.log_context(), "credential not exchanged",
                   {{"code", absl::StatusCodeToString(status.code())},
                    {"audience", route.audience},
                    // What identity finds wrong with us and our configuration.
                    {"reason", absl::IsFailedPrecondition(status) ? status.message() : ""}});
    return Fail(visit, &route, {ProblemKind::kUnavailable});
  }
  if (route.policy.access() == MethodPolicy::SESSION && route.policy.page()) {
    std::string location =
        absl::StrReplaceAll(options_.sign_in_path, {{"{lang}", ToAbsl(visit.language_tag())}});
    if (visit.is_safe()) {
      std::string target(visit.path);
      if (!visit.query.empty()) absl::StrAppend(&target, "?", ToAbsl(visit.query));
      absl::StrAppend(&location, "?return_to=", PercentEncode(target));
    }
    http::Response response{303, {{"Location", location}}, {}, {}, true};
    AddSecurityHeaders("", is_https_, response);
    return response;
  }
  // The words and members of identity are those that the credential's kind promises (D3).
  Problem problem = FromStatus(status, {});
  if (absl::IsInvalidArgument(status) || absl::IsNotFound(status))
    problem = {ProblemKind::kUnauthenticated};
  problem.items.clear();
  if (route.policy.access() == MethodPolicy::TOKEN && StatusOf(problem) == 401)
    problem.headers.Set("WWW-Authenticate", Challenge(visit, problem));
  return Fail(visit, &route, problem);
}

Gateway::Early Gateway::CheckBound(const Visit& visit, const Route& route,
                                   const Bound& bound) const {
  if (bound.outcome == Bound::Outcome::kUnsupportedMediaType) {
    return Fail(visit, &route, {ProblemKind::kUnsupportedMediaType});
  }
  if (bound.outcome == Bound::Outcome::kRefused) return Refuse(visit, route, bound.error);
  if (NeedsOwnForm(visit, route) && !IsOwnForm(visit, bound.form)) {
    return Fail(visit, &route, {ProblemKind::kCrossSite});
  }
  if (route.request_rules == nullptr) return std::nullopt;
  absl::Status rules = CheckWire(*route.request_rules, bound.wire, visit.language_tag());
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
  metadata.emplace_back("traceparent", telemetry::FormatTraceparent(visit.trace));
  if (!visit.trace_state.empty()) metadata.emplace_back("tracestate", visit.trace_state);
  metadata.emplace_back("x-tamarack-language", visit.language_tag());
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
    response.body = body.data;
  } else if (response.status != 204) {
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
