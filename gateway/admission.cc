// Who is let in, and with what. Whoever tries bad credentials costs identity a question each, so
// those are limited by network.
#include "gateway/admission.h"

#include "gateway/gateway.h"
#include "gateway/request/csrf.h"
#include "gateway/routing/binding.h"

#include "platform/auth/dpop.h"
#include "platform/base/status.h"
#include "platform/base/url.h"
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

// RFC 6750 section 3.1. Any one of the scopes will do.
std::string ScopeChallenge(const MethodPolicy& policy) {
  return absl::StrCat("Bearer error=\"insufficient_scope\", scope=\"",
                      absl::StrJoin(policy.scopes(), " "), "\"");
}

// Whether a request counts against its network: there is no credential, or none is needed.
bool IsOfNetwork(const Route& route, const Caller* caller) {
  return caller == nullptr || route.policy.access() == MethodPolicy::PUBLIC;
}

// Who the request counts against: a credential, of which a person's session is one, whatever back
// end of ours it is shown to; where there is none, the network. A plug-in's rate classes are its
// owner's own, whatever they are called.
std::string CallerKey(const Visit& visit, const Route& route, const Caller* caller) {
  std::string of_owner = route.plugin == nullptr ? "" : "\nof " + route.plugin->owner;
  if (IsOfNetwork(route, caller)) return NetworkKey(visit.client_address) + of_owner;
  std::string session;
  if (caller->principal.is_session) session = crypto::Sha256Hex(visit.Cookie(kSessionCookie));
  return absl::StrCat("credential\n", caller->principal.client_id, "\n", session, of_owner);
}

// The name of a parameter that by its name holds a credential (RFC 6750 section 2.3), or nothing.
std::string_view CredentialInUrl(const Visit& visit) {
  for (absl::string_view pair : absl::StrSplit(ToAbsl(visit.query), '&')) {
    std::string_view name = ToStd(pair.substr(0, pair.find('=')));
    if (name == "access_token" || name == "api_key") return name;
  }
  return {};
}

// A public page shows the person's session if there is one; to a plug-in nobody's.
bool ReadsSession(const Route& route) {
  if (route.plugin != nullptr) return false;
  return route.policy.access() == MethodPolicy::SESSION ||
         (route.policy.access() == MethodPolicy::PUBLIC && route.policy.page());
}

// What may go well in a moment.
Problem Crowded(Problem problem) {
  problem.headers.Set("Retry-After", "1");
  return problem;
}

struct Charged {
  std::string_view rate_class;
  bool is_read = false;
};

// Browsers send the cookie of a session that has ended for a long time, and whole offices share an
// address: sessions are charged to the class of what they ask for, as everybody without one is.
Charged ChargedFor(const Route& route) {
  bool is_token = route.policy.access() == MethodPolicy::TOKEN;
  std::string_view rate_class = route.policy.rate_class();
  return {is_token ? "failed_authentication" : rate_class, route.http_method == "GET"};
}

bool IsAboutUs(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsUnavailable(status) ||
         absl::IsPermissionDenied(status);
}

}  // namespace

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

boost::asio::awaitable<Gateway::Early> Gateway::Admit(const Visit& visit, const Route& route,
                                                      Observation& observation) {
  // What cannot be served is refused before others are asked about it.
  if (!RoomAt(route, observation)) co_return Shed(visit, route, observation);
  CallerPtr& caller = observation.admission.caller;
  if (!options_.is_open) {
    Credential credential;
    if (auto early = FindCredential(visit, *observation.snapshot, route, &credential))
      co_return *std::move(early);
    absl::StatusOr<CallerPtr> resolved = absl::UnauthenticatedError("");
    if (CallerPtr fresh = authenticator_->FreshCaller(credential)) {
      resolved = std::move(fresh);
    } else if (!credential.value.empty()) {
      if (auto early = RefuseUnknown(visit, route, credential)) co_return *std::move(early);
      auto waiting = waiting_;  // goes after the place
      NetworkBudget::Share place(*waiting);
      place.CountFor(visit.client_address);
      place.Hold(1);
      bool is_crowded = place.is_over() || place.is_network_over();
      // What everybody may see is shown without the session, as when identity is away.
      if (is_crowded && route.policy.access() != MethodPolicy::PUBLIC) {
        if (place.is_over()) co_return Shed(visit, route, observation);
        co_return Fail(visit, &route, Crowded({ProblemKind::kRateLimited}));
      }
      if (!is_crowded) {
        resolved = co_await authenticator_->Resolve(std::move(credential));
        if (IsVerdict(resolved.status())) co_await ChargeFailure(visit, route);
      }
    }
    if (resolved.ok()) caller = *resolved;
    if (auto early = CheckCaller(visit, route, resolved)) co_return *std::move(early);
  }
  if (!options_.rate_limits) co_return std::nullopt;
  auto taken = co_await options_.rate_limits->Admit(
      CallerKey(visit, route, caller.get()), route.policy.rate_class(), route.http_method == "GET");
  observation.headers = std::move(taken.headers);
  if (taken.refusal) co_return Fail(visit, &route, *taken.refusal);
  // A stranger's upload must not hold what everybody behind the same address shares.
  if (!visit.request.read_body || !IsOfNetwork(route, caller.get()))
    observation.admission.quota = std::move(taken.slot);
  co_return std::nullopt;
}

// What the request's kind of caller presents; nothing of that kind: an empty one.
Gateway::Early Gateway::FindCredential(const Visit& visit, const Snapshot& snapshot,
                                       const Route& route, Credential* credential) const {
  if (route.policy.access() == MethodPolicy::TOKEN) {
    if (std::string_view name = CredentialInUrl(visit); !name.empty()) {
      return Refuse(visit, route,
                    {Reason::kCredentialInUrl, InputError::Source::kQuery, std::string(name), {}});
    }
    *credential = FromAuthorization(visit);
  } else if (ReadsSession(route)) {
    *credential = {CredentialKind::kSession, std::string(visit.Cookie(kSessionCookie))};
  }
  credential->audience = route.audience;
  if (route.plugin == nullptr) return std::nullopt;
  credential->owner = route.plugin->owner;
  credential->scopes = snapshot.scopes_asked[route.backend];
  return std::nullopt;
}

// Whether whoever it is may call the method.
Gateway::Early Gateway::CheckCaller(const Visit& visit, const Route& route,
                                    const absl::StatusOr<CallerPtr>& resolved) const {
  if (route.policy.access() == MethodPolicy::PUBLIC) return std::nullopt;
  if (!resolved.ok()) return NotAuthenticated(visit, route, resolved.status());
  absl::Status access = rpc::CheckAccess(route.policy, &(*resolved)->principal);
  if (access.ok()) return std::nullopt;
  if (absl::IsUnauthenticated(access)) return NotAuthenticated(visit, route, access);
  Problem problem = FromStatus(access, route.shape);
  problem.headers.Set("WWW-Authenticate", ScopeChallenge(route.policy));
  return Fail(visit, &route, problem);
}

Gateway::Early Gateway::RefuseUnknown(const Visit& visit, const Route& route,
                                      const Credential& credential) const {
  if (!options_.rate_limits || authenticator_->Knows(credential)) return std::nullopt;
  auto [rate_class, is_read] = ChargedFor(route);
  auto refusal = options_.rate_limits->UsedUp(visit.client_address, rate_class, is_read);
  if (!refusal) return std::nullopt;
  return Fail(visit, &route, *refusal);
}

// Methods that need no session are charged to the network anyway.
boost::asio::awaitable<void> Gateway::ChargeFailure(const Visit& visit, const Route& route) const {
  if (!options_.rate_limits || route.policy.access() == MethodPolicy::PUBLIC) co_return;
  auto [rate_class, is_read] = ChargedFor(route);
  co_await options_.rate_limits->Charge(visit.client_address, rate_class, is_read);
}

Gateway::Early Gateway::NotAuthenticated(const Visit& visit, const Route& route,
                                         const absl::Status& status) const {
  if (!IsVerdict(status)) {
    telemetry::Log(telemetry::Level::kError, visit.log_context(), "credential not exchanged",
                   {{"code", absl::StatusCodeToString(status.code())},
                    {"audience", route.audience},
                    // What identity finds wrong with us and our configuration, or gRPC with the way
                    // there; other words could tell of a caller.
                    {"reason", IsAboutUs(status) ? status.message() : ""}});
    return Fail(visit, &route, {ProblemKind::kUnavailable});
  }
  if (route.policy.access() == MethodPolicy::SESSION && route.policy.page()) {
    std::string location =
        absl::StrReplaceAll(options_.sign_in_path, {{"{lang}", ToAbsl(visit.language_tag())}});
    std::string target = PageBefore(visit);  // of a form: where it is shown
    if (visit.is_safe()) {
      target = visit.path;
      if (!visit.query.empty()) absl::StrAppend(&target, "?", ToAbsl(visit.query));
    }
    if (!target.empty()) absl::StrAppend(&location, "?return_to=", PercentEncodePath(target));
    http::Response response{303, {{"Location", location}}, {}, {}, true};
    AddSecurityHeaders("", is_https_, response);
    return response;
  }
  // The words and members of identity are those that the credential's kind promises.
  Problem problem = FromStatus(status, {});
  if (absl::IsInvalidArgument(status) || absl::IsNotFound(status))
    problem = {ProblemKind::kUnauthenticated};
  problem.items.clear();
  if (route.policy.access() == MethodPolicy::TOKEN && StatusOf(problem) == 401)
    problem.headers.Set("WWW-Authenticate", Challenge(visit, problem));
  return Fail(visit, &route, problem);
}

// Only those have got so far whom the method is for, so that nobody else's bytes are waited for.
boost::asio::awaitable<Gateway::Early> Gateway::ReadBody(const Visit& visit, const Route& route,
                                                         Observation& observation,
                                                         std::string* body) {
  if (!RoomAt(route, observation)) co_return Shed(visit, route, observation);
  if (auto early = CheckCoding(visit, route)) co_return *std::move(early);
  std::string content_type = visit.request.headers.Join("content-type");
  // One without a type may turn out to be empty, in chunks.
  bool has_wrong_type =
      !content_type.empty() && route.body != Route::Body::kNone && !KindOfBody(route, content_type);
  if (has_wrong_type) co_return Fail(visit, &route, {ProblemKind::kUnsupportedMediaType});
  http::Refusal refusal =
      co_await visit.request.read_body({route.body_bytes_max, visit.client_address}, *body);
  if (!refusal) co_return co_await TakeSlot(visit, route, observation);
  observation.is_cancelled = refusal.status == http::Refusal::kGone;
  if (observation.is_cancelled) co_return Fail(visit, &route, {ProblemKind::kCancelled});
  Problem problem{KindOfHttpStatus(refusal.status), refusal.status};
  bool is_crowded = refusal.status == 429 || refusal.status == 503;
  co_return Fail(visit, &route, is_crowded ? Crowded(problem) : problem);
}

boost::asio::awaitable<Gateway::Early> Gateway::TakeSlot(const Visit& visit, const Route& route,
                                                         Observation& observation) {
  const Caller* caller = observation.admission.caller.get();
  if (!options_.rate_limits || !IsOfNetwork(route, caller)) co_return std::nullopt;
  auto taken = co_await options_.rate_limits->TakeSlot(
      CallerKey(visit, route, caller), route.policy.rate_class(), route.http_method == "GET");
  observation.admission.quota = std::move(taken.slot);
  if (taken.refusal) co_return Fail(visit, &route, *taken.refusal);
  co_return std::nullopt;
}

bool Gateway::RoomAt(const Route& route, const Observation& observation) const {
  return observation.snapshot->backends[route.backend]->concurrency().HasRoom(
      route.policy.priority(), route.method->server_streaming());
}

// The last thing before the call: an upload would hold it while nothing is asked of the back end.
Gateway::Early Gateway::TakeRoom(const Visit& visit, const Route& route,
                                 Observation& observation) const {
  auto& limit = observation.snapshot->backends[route.backend]->concurrency();
  observation.admission.permit =
      limit.Begin(route.policy.priority(), route.method->server_streaming());
  if (observation.admission.permit) return std::nullopt;
  return Shed(visit, route, observation);
}

http::Response Gateway::Shed(const Visit& visit, const Route& route,
                             Observation& observation) const {
  observation.is_shed = true;
  return Fail(visit, &route, Crowded({ProblemKind::kReducedCapacity}));
}

}  // namespace tamarack::gateway
