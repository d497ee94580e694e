#include "services/identity/credential_service.h"

#include "platform/crypto/json.h"
#include "platform/crypto/jws.h"
#include "services/identity/api_key_format.h"
#include "services/identity/notify_key_token.h"
#include "services/identity/oauth_error.h"

#include "tamarack/api/v1/credential_service.grpc.pb.h"

namespace tamarack::identity {
namespace {

using api::v1::ExchangeRequest;
using api::v1::ExchangeResponse;

constexpr std::string_view kGatewayClientId = "gateway";
// A client of notifications signs a new token for each call, or each second.
constexpr int64_t kNotifyTokenCacheSeconds = 1;

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
    auto response = co_await Dispatch(request);
    if (response.ok()) parts_.metrics.tokens_exchange.Increment();
    co_return response;
  }

 private:
  Async<ExchangeResponse> Dispatch(const ExchangeRequest& request) {
    if (request.credential_case() == ExchangeRequest::kSession)
      co_return co_await FromSession(request.session());
    const std::string& bearer = request.bearer();
    // Nothing else can be bound to a key.
    if (request.has_dpop()) co_return co_await FromAccessToken(request);
    if (HasPayChecksum(bearer, parts_.pay_checksum_secret)) co_return co_await FromPayKey(bearer);
    if (LooksLikeNotifyToken(bearer)) co_return co_await FromNotifyToken(bearer);
    if (LooksLikeNotifyKey(bearer)) {
      co_return NotifyTokenError(
          "Invalid token: this is the API key itself. Send a JWT made of it: header {\"typ\": "
          "\"JWT\", \"alg\": \"HS256\"}, claims {\"iss\": service id, \"iat\": now in seconds}, "
          "signed with the secret. Service id and secret are the key's last two UUIDs; the "
          "official "
          "clients do it");
    }
    co_return co_await FromAccessToken(request);
  }

  Async<ExchangeResponse> FromPayKey(const std::string& key) {
    auto found = co_await parts_.api_keys.FindPayKey(key);
    if (absl::IsNotFound(found.status()))
      co_return absl::UnauthenticatedError("the API key is not valid");
    if (!found.ok()) co_return found.status();
    co_return co_await FromApiKey(*found);
  }

  Async<ExchangeResponse> FromNotifyToken(const std::string& token) {
    CO_ASSIGN_OR_RETURN(auto service_id, ServiceOfNotifyToken(token));
    auto keys = co_await parts_.api_keys.FindNotifyKeys(service_id);
    if (absl::IsNotFound(keys.status()))
      co_return NotifyTokenError("Invalid token: service not found");
    if (!keys.ok()) co_return keys.status();
    CO_ASSIGN_OR_RETURN(auto key, VerifyNotifyToken(token, *keys, parts_.issuer.NowSeconds()));
    CO_ASSIGN_OR_RETURN(auto response, co_await FromApiKey(key));
    response.mutable_expire_time()->set_seconds(parts_.issuer.NowSeconds() +
                                                kNotifyTokenCacheSeconds);
    co_return response;
  }

  Async<ExchangeResponse> FromApiKey(const ApiKey& key) {
    // For the administrators' eyes; a failure to note it must not refuse the call.
    (void)co_await parts_.api_keys.MarkUsed(key.id);
    co_return co_await Issue(PrincipalOf(key));
  }

  // Our own access tokens pass through while their client may still use them. For one that is bound
  // to a key services get another, which tells them that its holder has shown the key.
  Async<ExchangeResponse> FromAccessToken(const ExchangeRequest& request) {
    const std::string& token = request.bearer();
    auto principal = co_await parts_.verifier.VerifyBound(token);
    if (absl::IsUnauthenticated(principal.status()))
      co_return InvalidToken("the access token is not valid");
    if (!principal.ok()) co_return principal.status();
    if (principal->is_exchanged) co_return InvalidToken("the access token is not valid");
    if (parts_.internal.Find(principal->client_id) == nullptr) {
      auto client = co_await parts_.tenants.FindClient(principal->client_id);
      if (!client.ok() && !absl::IsNotFound(client.status())) co_return client.status();
      if (!client.ok() || !client->is_enabled)
        co_return InvalidToken("the client may no longer use its tokens");
    }
    CO_ASSIGN_OR_RETURN(bool is_revoked,
                        co_await parts_.codes.IsRevoked(principal->client_id, principal->subject));
    if (is_revoked) co_return InvalidToken("the access token was revoked");
    CO_RETURN_IF_ERROR(co_await parts_.possession.Check(principal->confirmation, request));
    ExchangeResponse response;
    response.set_access_token(token);
    if (!principal->confirmation.empty()) {
      principal->confirmation = {};
      CO_ASSIGN_OR_RETURN(response, co_await Issue(*principal));
    }
    CO_ASSIGN_OR_RETURN(auto jws, crypto::PeekJws(token));
    response.set_no_cache(request.has_dpop());
    response.mutable_expire_time()->set_seconds(crypto::NumericDate(jws.claims, "exp").value_or(0));
    co_return response;
  }

  Async<ExchangeResponse> FromSession(const std::string& cookie) {
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.FindByCookie(cookie));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    auth::Principal principal;
    principal.subject = parts_.keyring.PairwiseSubject(kPlatformSector, session->person_id);
    principal.client_id = kGatewayClientId;
    principal.ministry_id = kPlatformMinistryId;
    principal.service_id = kPlatformServiceId;
    principal.mode = auth::ModeName(session->mode);
    principal.acr = kAcrPassword;
    principal.auth_time_seconds = session->auth_time_seconds;
    principal.session_id = session->id;
    principal.language = session->language;
    CO_ASSIGN_OR_RETURN(auto response, co_await Issue(principal));
    // Signing out has to count at once.
    response.set_no_cache(true);
    co_return response;
  }

  Async<ExchangeResponse> Issue(auth::Principal principal) {
    principal.is_exchanged = true;
    CO_ASSIGN_OR_RETURN(auto issued, co_await parts_.issuer.AccessToken(principal));
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
