#include "services/identity/tokens/token_service.h"

#include "platform/crypto/hash.h"
#include "services/identity/clients/client_rules.h"
#include "services/identity/keys/revocation_announcement.h"
#include "services/identity/people/claims.h"
#include "services/identity/protocol/oauth_error.h"
#include "services/identity/protocol/pkce.h"
#include "services/identity/tokens/discovery.h"

#include "tamarack/identity/v1/token_service.grpc.pb.h"

#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace tamarack::identity {
namespace {

google::api::HttpBody JsonBody(std::string text) {
  google::api::HttpBody body;
  body.set_content_type("application/json");
  body.set_data(std::move(text));
  return body;
}

// The scopes a client gets in its own name: what it asks for, or all that it may have. One that a
// client may no longer be given ends with what was registered before.
absl::StatusOr<Scopes> OwnScopes(const OauthClient& client, const std::string& requested) {
  Scopes own;
  std::copy_if(client.scopes.begin(), client.scopes.end(), std::inserter(own, own.end()),
               [&](const auto& scope) {
                 return !IsPersonScope(scope) && (client.is_platform || IsClientScope(scope));
               });
  if (own.empty() && !client.is_platform) {
    return OauthError("unauthorized_client", "the client has no scopes of its own");
  }
  Scopes wanted;
  for (absl::string_view scope : absl::StrSplit(requested, ' ', absl::SkipEmpty())) {
    // Not repeated: an error_description holds printable ASCII alone (RFC 6749 section 5.2).
    if (!own.contains(ToStd(scope)))
      return OauthError("invalid_scope", "the client may not have all of these scopes");
    wanted.emplace(scope);
  }
  return wanted.empty() ? own : wanted;
}

auth::Principal PrincipalOf(const OauthClient& client) {
  auth::Principal principal;
  principal.subject = client.id;
  principal.client_id = client.id;
  principal.ministry_id = client.ministry_id;
  principal.service_id = client.service_id;
  principal.mode = client.mode;
  return principal;
}

// RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9449 section 10.
absl::Status CheckRedemption(const v1::TokenRequest& request, const Grant& grant,
                             const auth::Confirmation& confirmation) {
  if (request.redirect_uri() != grant.redirect_uri)
    return OauthError("invalid_grant", "redirect_uri differs from the authorization request's");
  if (!VerifyCodeVerifier(request.code_verifier(), grant.code_challenge))
    return OauthError("invalid_grant", "code_verifier does not match the code_challenge");
  if (!grant.code_jkt.empty() && grant.code_jkt != confirmation.jkt)
    return OauthError("invalid_grant", "the code is bound to another key than the proof's");
  return absl::OkStatus();
}

class TokenService final : public v1::TokenService::CallbackService {
 public:
  using Api = v1::TokenService;
  explicit TokenService(const TokenServiceParts& parts)
      : parts_(parts),
        rpc_(parts.rpc),
        token_endpoint_(parts.issuer.issuer() + "/oauth2/token"),
        discovery_(DiscoveryDocument(parts.issuer.issuer())) {}

  TAMARACK_UNARY(GetConfiguration, v1::GetConfigurationRequest, google::api::HttpBody) {
    context.http.SetHeader("cache-control", "public, max-age=200");
    co_return JsonBody(discovery_);
  }

  TAMARACK_UNARY(GetJwks, v1::GetJwksRequest, google::api::HttpBody) {
    CO_ASSIGN_OR_RETURN(auto keys, co_await parts_.keys.Get());
    // So that one which is removed is gone everywhere within 10 s.
    context.http.SetHeader("cache-control", "public, max-age=2");
    // The gateway answers If-None-Match by it; it tags no HttpBody by itself.
    context.http.SetHeader("etag", crypto::Sha256Hex(keys->jwks));
    co_return JsonBody(keys->jwks);
  }

  TAMARACK_UNARY(Token, v1::TokenRequest, v1::TokenResponse) {
    context.http.SetHeader("cache-control", "no-store");
    std::string_view authorization = context.RequestHeader("authorization");
    auto client = co_await Authenticate(authorization, request);
    if (!client.ok()) {
      // RFC 9110 section 15.5.2: whichever way the client authenticated.
      if (absl::IsUnauthenticated(client.status()))
        context.http.SetHeader("www-authenticate", "Basic realm=\"tamarack\"");
      co_return client.status();
    }
    auth::Principal principal = PrincipalOf(*client);
    CO_ASSIGN_OR_RETURN(principal.confirmation, co_await Bind(context, *client));
    if (request.grant_type() == "authorization_code")
      co_return co_await RedeemCode(*client, std::move(principal), request);
    if (request.grant_type() == "client_credentials")
      co_return co_await ForClient(*client, std::move(principal), request);
    if (request.grant_type().empty())
      co_return OauthError("invalid_request", "grant_type is missing");
    co_return OauthError("unsupported_grant_type",
                         "authorization_code and client_credentials are supported");
  }

  TAMARACK_UNARY(GetUserInfo, v1::GetUserInfoRequest, google::api::HttpBody) {
    const auth::Principal& principal = *context.principal;
    CO_ASSIGN_OR_RETURN(bool is_revoked, co_await parts_.grants.IsRevoked(principal));
    if (is_revoked) co_return InvalidToken("the access token was revoked");
    auto client = co_await parts_.tenants.FindClient(principal.client_id);
    if (absl::IsNotFound(client.status())) co_return InvalidToken("the token is not a ministry's");
    if (!client.ok()) co_return client.status();
    CO_ASSIGN_OR_RETURN(
        auto consent, co_await parts_.consents.FindActive(principal.client_id, principal.subject));
    if (!consent || !client->is_enabled) co_return InvalidToken("the person withdrew the consent");
    Scopes scopes;
    std::set_intersection(principal.scopes.begin(), principal.scopes.end(), consent->scopes.begin(),
                          consent->scopes.end(), std::inserter(scopes, scopes.end()));
    auto person = co_await parts_.people.Find(consent->person_id);
    if (absl::IsNotFound(person.status()))
      co_return InvalidToken("the person has no account any more");
    if (!person.ok()) co_return person.status();
    // Recorded before it is answered: no reading goes unseen.
    // What was shown, whatever the scopes may mean by now.
    std::vector<std::string> claims = SharedClaims(scopes);
    std::erase_if(claims, [&](const std::string& name) {
      return std::ranges::find(consent->claims, name) == consent->claims.end();
    });
    auto recorded = co_await parts_.consents.RecordRead(*consent, claims);
    if (absl::IsNotFound(recorded)) co_return InvalidToken("the person withdrew the consent");
    CO_RETURN_IF_ERROR(recorded);
    parts_.metrics.claims_reads.Increment();
    context.http.SetHeader("cache-control", "no-store");
    co_return JsonBody(
        boost::json::serialize(UserInfoClaims(principal.subject, person->profile, claims)));
  }

 private:
  Async<OauthClient> Authenticate(std::string_view authorization, const v1::TokenRequest& request) {
    CO_ASSIGN_OR_RETURN(auto credentials, ReadClientCredentials(authorization, request.client_id(),
                                                                request.client_secret()));
    co_return co_await parts_.clients.Authenticate(credentials);
  }

  // The keys to which the client's next token is bound: that of the request's proof, and the
  // certificate of the connection if the client wants it so.
  Async<auth::Confirmation> Bind(const rpc::Context& context, const OauthClient& client) {
    auth::Confirmation confirmation;
    std::string_view proof = context.RequestHeader("dpop");
    if (proof.empty() && client.is_dpop_bound)
      co_return OauthError("invalid_dpop_proof", "the client has to send a DPoP proof");
    // An empty header is a proof too, and a bad one.
    if (context.request_headers.contains("dpop")) {
      auto thumbprint = co_await parts_.possession.UseProof(
          proof, {.method = "POST", .url = token_endpoint_, .access_token = {}});
      if (absl::IsUnauthenticated(thumbprint.status()))
        co_return OauthError("invalid_dpop_proof", ToStd(thumbprint.status().message()));
      if (!thumbprint.ok()) co_return thumbprint.status();
      confirmation.jkt = *std::move(thumbprint);
    }
    if (!client.is_certificate_bound) co_return confirmation;
    confirmation.x5t_s256 = context.RequestHeader("client-certificate-sha256");
    if (confirmation.x5t_s256.empty())
      co_return OauthError("invalid_request", "the client has to connect with its certificate");
    co_return confirmation;
  }

  Async<v1::TokenResponse> ForClient(const OauthClient& client, auth::Principal principal,
                                     const v1::TokenRequest& request) {
    CO_ASSIGN_OR_RETURN(principal.scopes, OwnScopes(client, request.scope()));
    CO_ASSIGN_OR_RETURN(auto response, co_await Issue(client, principal));
    parts_.metrics.tokens_client.Increment();
    co_return response;
  }

  Async<v1::TokenResponse> RedeemCode(const OauthClient& client, auth::Principal principal,
                                      const v1::TokenRequest& request) {
    if (request.code().empty()) co_return OauthError("invalid_request", "code is missing");
    if (request.code_verifier().empty())
      co_return OauthError("invalid_request", "code_verifier is missing");
    auto found = co_await parts_.grants.FindByCode(request.code(), client.id);
    if (absl::IsNotFound(found.status()))
      co_return OauthError("invalid_grant", "the code is not valid");
    CO_ASSIGN_OR_RETURN(auto grant, std::move(found));
    // Before the code is used up, so that somebody who only saw it cannot burn it.
    CO_RETURN_IF_ERROR(CheckRedemption(request, grant, principal.confirmation));
    principal.subject = grant.subject;
    principal.scopes = grant.scopes;
    principal.acr = grant.acr;
    principal.auth_time_seconds = UnixSeconds(grant.auth_time);
    principal.grant_id = grant.id;
    principal.language = grant.language;
    CO_ASSIGN_OR_RETURN(auto response, co_await Issue(client, principal));
    IdTokenTerms terms{.subject = grant.subject,
                       .client_id = client.id,
                       .algorithm = client.id_token_alg,
                       .nonce = grant.nonce,
                       .acr = grant.acr,
                       .amr = grant.amr,
                       .auth_time_seconds = principal.auth_time_seconds,
                       .access_token = response.access_token()};
    CO_ASSIGN_OR_RETURN(auto id_token, co_await parts_.issuer.IdToken(terms));
    response.set_id_token(id_token);
    // Last, so that nothing that can fail comes after it.
    auto redeemed = co_await parts_.grants.Redeem(grant.id, principal.confirmation);
    if (absl::IsNotFound(redeemed)) co_return OauthError("invalid_grant", "the code is not valid");
    if (absl::IsAlreadyExists(redeemed)) {
      co_await AnnounceRevocation(parts_.redis);
      parts_.metrics.code_reuses.Increment();
      co_return OauthError("invalid_grant", "the code was used before; what it gave is revoked");
    }
    CO_RETURN_IF_ERROR(redeemed);
    parts_.metrics.tokens_code.Increment();
    co_return response;
  }

  Async<v1::TokenResponse> Issue(const OauthClient& client, const auth::Principal& principal) {
    const std::string& audience =
        client.audience.empty() ? parts_.issuer.client_audience() : client.audience;
    CO_ASSIGN_OR_RETURN(auto issued, co_await parts_.issuer.AccessToken(principal, audience));
    v1::TokenResponse response;
    response.set_access_token(issued.token);
    response.set_token_type(principal.confirmation.jkt.empty() ? "Bearer" : "DPoP");
    response.set_expires_in(issued.expires_at_seconds - parts_.issuer.NowSeconds());
    response.set_scope(absl::StrJoin(principal.scopes, " "));
    co_return response;
  }

  TokenServiceParts parts_;
  rpc::Interceptor& rpc_;
  const std::string token_endpoint_;
  const std::string discovery_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeTokenService(const TokenServiceParts& parts) {
  return std::make_unique<TokenService>(parts);
}

}  // namespace tamarack::identity
