#include "services/identity/exchange/credential_service.h"

#include "platform/crypto/jws.h"
#include "platform/json/strict.h"
#include "services/identity/api_keys/api_key_format.h"
#include "services/identity/exchange/notify_key_token.h"
#include "services/identity/people/claims.h"
#include "services/identity/protocol/audience.h"
#include "services/identity/protocol/oauth_error.h"

#include "tamarack/api/v1/credential_service.grpc.pb.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

using api::v1::ExchangeRequest;
using api::v1::ExchangeResponse;

constexpr std::string_view kGatewayClientId = "gateway";
// Elsewhere a key for notifications is good for nothing, whatever is made of it: an invalid token.
constexpr std::string_view kNotifyAudience = "notify";
// A client of notifications signs a new token for each call, or each second.
constexpr int64_t kNotifyTokenCacheSeconds = 1;
// As long as the gateway keeps one, and a call's way to the service.
constexpr int64_t kLifetimeSeconds = 90;

auth::Principal PrincipalOf(const ApiKey& key) {
  auth::Principal principal;
  principal.subject = key.id;
  principal.client_id = key.id;
  principal.service_id = key.service_id;
  principal.ministry_id = key.ministry_id;
  principal.key_type = key.key_type;
  principal.mode = key.key_type == "test" ? "sandbox" : "live";
  principal.scopes = key.scopes;
  return principal;
}

class CredentialService final : public api::v1::CredentialService::CallbackService {
 public:
  using Api = api::v1::CredentialService;
  explicit CredentialService(const CredentialServiceParts& parts)
      : parts_(parts), rpc_(parts.rpc) {}

  TAMARACK_UNARY(Exchange, ExchangeRequest, ExchangeResponse) {
    // Never UNAUTHENTICATED or PERMISSION_DENIED: the gateway would read a verdict on the caller's
    // credential, not on its own.
    auto gateway =
        co_await parts_.clients.Authenticate({request.client_id(), request.client_secret()});
    if (absl::IsUnauthenticated(gateway.status()))
      co_return absl::FailedPreconditionError("the gateway's own secret is not valid");
    if (!gateway.ok()) co_return gateway.status();
    if (!gateway->is_platform || gateway->id != kGatewayClientId)
      co_return absl::FailedPreconditionError("only the gateway exchanges credentials");
    CO_RETURN_IF_ERROR(co_await CheckBackend(request));
    auto response = co_await Dispatch(request);
    if (response.ok()) parts_.metrics.tokens_exchange.Increment();
    co_return response;
  }

 private:
  // Whose back end it is, is the gateway's word; what can be checked of it is.
  AsyncStatus CheckBackend(const ExchangeRequest& request) {
    const std::string& owner = request.owner_ministry_id();
    if (request.audience().empty() || request.audience() == parts_.issuer.client_audience())
      co_return absl::FailedPreconditionError("the back end needs an audience of its own");
    if (IsPlatformAudience(request.audience()) != owner.empty())
      co_return absl::FailedPreconditionError(
          owner.empty() ? "a back end that is not the platform's own needs an owner"
                        : "the platform's own services have no owner");
    if (owner.empty()) co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(auto known, co_await parts_.tenants.KnownMinistries({owner}));
    // As it is written, for people's subjects are made of it.
    if (known.empty() || known.front().ministry_id() != owner)
      co_return absl::FailedPreconditionError("the back end's owner is no ministry");
    co_return absl::OkStatus();
  }

  Async<ExchangeResponse> Dispatch(const ExchangeRequest& request) {
    if (request.credential_case() == ExchangeRequest::kSession)
      co_return co_await FromSession(request);
    const std::string& bearer = request.bearer();
    // Nothing else can be bound to a key.
    if (request.has_dpop()) co_return co_await FromAccessToken(request);
    if (LooksLikePayKey(bearer)) co_return co_await FromPayKey(request);
    if (request.audience() != kNotifyAudience) co_return co_await FromAccessToken(request);
    if (LooksLikeNotifyToken(bearer)) co_return co_await FromNotifyToken(request);
    if (LooksLikeNotifyKey(bearer)) {
      co_return NotifyTokenError(
          "Invalid token: this is the API key itself. Send a JWT made of it: header {\"typ\": "
          "\"JWT\", \"alg\": \"HS256\"}, claims {\"iss\": service id, \"iat\": now in seconds}, "
          "signed with the secret. Service id and secret are the key's last two UUIDs; the "
          "official clients do it");
    }
    co_return co_await FromAccessToken(request);
  }

  Async<ExchangeResponse> FromPayKey(const ExchangeRequest& request) {
    auto found = co_await parts_.api_keys.FindPayKey(request.bearer());
    if (absl::IsNotFound(found.status()))
      co_return absl::UnauthenticatedError("the API key is not valid");
    if (!found.ok()) co_return found.status();
    co_return co_await FromApiKey(*found, request);
  }

  Async<ExchangeResponse> FromNotifyToken(const ExchangeRequest& request) {
    const std::string& token = request.bearer();
    CO_ASSIGN_OR_RETURN(auto service_id, ServiceOfNotifyToken(token));
    auto keys = co_await parts_.api_keys.FindNotifyKeys(service_id);
    if (absl::IsNotFound(keys.status()))
      co_return NotifyTokenError("Invalid token: service not found");
    if (!keys.ok()) co_return keys.status();
    CO_ASSIGN_OR_RETURN(auto key, VerifyNotifyToken(token, *keys, parts_.issuer.NowSeconds()));
    CO_ASSIGN_OR_RETURN(auto response, co_await FromApiKey(key, request));
    response.mutable_expire_time()->set_seconds(std::min(
        response.expire_time().seconds(), parts_.issuer.NowSeconds() + kNotifyTokenCacheSeconds));
    co_return response;
  }

  Async<ExchangeResponse> FromApiKey(const ApiKey& key, const ExchangeRequest& request) {
    // For the administrators' eyes; a failure to note it must not refuse the call.
    (void)co_await parts_.api_keys.MarkUsed(key.id);
    // A second that has begun is none that is left: nothing outlives the key.
    int64_t left =
        key.ends ? UnixSeconds(*key.ends) - parts_.issuer.NowSeconds() : kLifetimeSeconds;
    if (left <= 0) co_return absl::UnauthenticatedError("the API key is not valid");
    co_return co_await Issue(PrincipalOf(key), request, left);
  }

  // A client's token, while the client may still use it and its holder shows the key, if any, that
  // it is bound to.
  Async<ExchangeResponse> FromAccessToken(const ExchangeRequest& request) {
    const std::string& token = request.bearer();
    auto verified = co_await parts_.client_tokens.VerifyBound(token);
    if (absl::IsUnauthenticated(verified.status()))
      co_return InvalidToken("the access token is not valid");
    if (!verified.ok()) co_return verified.status();
    auth::Principal principal = **verified;
    if (parts_.internal.Find(principal.client_id) == nullptr) {
      auto client = co_await parts_.tenants.FindClient(principal.client_id);
      if (!client.ok() && !absl::IsNotFound(client.status())) co_return client.status();
      if (!client.ok() || !client->is_enabled)
        co_return InvalidToken("the client may no longer use its tokens");
    }
    CO_ASSIGN_OR_RETURN(bool is_revoked, co_await parts_.grants.IsRevoked(principal));
    if (is_revoked) co_return InvalidToken("the access token was revoked");
    CO_RETURN_IF_ERROR(co_await parts_.possession.Check(principal.confirmation, request));
    principal.confirmation = {};
    CO_RETURN_IF_ERROR(co_await NameFor(request.owner_ministry_id(), principal));
    CO_ASSIGN_OR_RETURN(auto jws, crypto::PeekJws(token));
    int64_t ends = crypto::NumericDate(jws.claims, "exp").value_or(0);
    CO_ASSIGN_OR_RETURN(auto response,
                        co_await Issue(principal, request, ends - parts_.issuer.NowSeconds()));
    response.set_no_cache(request.has_dpop());
    co_return response;
  }

  // Names the person, whom the client's own ministry knows by the token's subject, as that ministry
  // knows them. To one to which the person agreed to nothing the client speaks for itself: it is
  // not told that there is a person, else the two together could tell who.
  AsyncStatus NameFor(const std::string& owner, auth::Principal& principal) {
    if (owner.empty() || owner == principal.ministry_id || !principal.has_person())
      co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(
        auto consent, co_await parts_.consents.FindActive(principal.client_id, principal.subject));
    if (!consent) co_return InvalidToken("the person withdrew the consent");
    CO_ASSIGN_OR_RETURN(bool is_known,
                        co_await parts_.consents.IsKnownAt(owner, consent->person_id));
    if (is_known) {
      CO_ASSIGN_OR_RETURN(principal.subject,
                          co_await parts_.subjects.At(owner, consent->person_id));
      co_return absl::OkStatus();
    }
    principal.subject = principal.client_id;
    principal.acr.clear();
    principal.language.clear();
    co_return absl::OkStatus();
  }

  Async<ExchangeResponse> FromSession(const ExchangeRequest& request) {
    if (!request.owner_ministry_id().empty())
      co_return absl::FailedPreconditionError("sessions are for the platform's own services");
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.FindByCookie(request.session()));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    auth::Principal principal;
    CO_ASSIGN_OR_RETURN(principal.subject, co_await parts_.subjects.OnPlatform(session->person_id));
    principal.client_id = kGatewayClientId;
    principal.ministry_id = kPlatformMinistryId;
    principal.service_id = kPlatformServiceId;
    principal.mode = auth::ModeName(session->mode);
    principal.acr = kAcrPassword;
    principal.auth_time_seconds = UnixSeconds(session->auth_time);
    principal.is_session = true;
    // identity shows the account of the person whose session it is; nobody else has to find it.
    if (request.audience() == kOwnAudience) principal.session_id = session->id;
    principal.language = session->language;
    CO_ASSIGN_OR_RETURN(auto response, co_await Issue(principal, request));
    // Signing out has to count at once.
    response.set_no_cache(true);
    co_return response;
  }

  // The token that one back end is sent, good for as long as the credential at most.
  Async<ExchangeResponse> Issue(auth::Principal principal, const ExchangeRequest& request,
                                int64_t credential_seconds = kLifetimeSeconds) {
    principal.scopes =
        ScopesFor(request.audience(), {request.scopes().begin(), request.scopes().end()},
                  std::move(principal.scopes));
    // Who cannot ask whether it is revoked is not told which it is.
    if (request.audience() != kOwnAudience) principal.grant_id.clear();
    if (!request.owner_ministry_id().empty()) {
      // The second of a sign-in would tell two ministries that they see the same person, and a
      // scope for a person's claims that there is one.
      principal.auth_time_seconds = 0;
      std::erase_if(principal.scopes, [](const auto& scope) { return IsPersonScope(scope); });
    }
    int64_t lifetime = std::clamp<int64_t>(credential_seconds, 1, kLifetimeSeconds);
    CO_ASSIGN_OR_RETURN(
        auto issued, co_await parts_.issuer.AccessToken(principal, request.audience(), lifetime));
    ExchangeResponse response;
    response.set_access_token(issued.token);
    response.mutable_expire_time()->set_seconds(issued.expires_at_seconds);
    co_return response;
  }

  CredentialServiceParts parts_;
  rpc::Interceptor& rpc_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCredentialService(const CredentialServiceParts& parts) {
  return std::make_unique<CredentialService>(parts);
}

}  // namespace tamarack::identity
