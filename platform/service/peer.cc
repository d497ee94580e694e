#include "platform/auth/revocations.h"
#include "platform/service/shell.h"

#include <google/api/httpbody.pb.h>
#include "tamarack/identity/v1/token_service.pb.h"

namespace tamarack::service {
namespace {

namespace identity_v1 = identity::v1;

Async<std::string> FetchKeysFrom(rpc::Client& identity) {
  CO_ASSIGN_OR_RETURN(
      auto body, co_await identity.Call<google::api::HttpBody>(
                     "/tamarack.identity.v1.TokenService/GetJwks", identity_v1::GetJwksRequest()));
  co_return body.data();
}

Async<auth::IssuedToken> RequestToken(rpc::Client& identity, identity_v1::TokenRequest request) {
  CO_ASSIGN_OR_RETURN(auto response, co_await identity.Call<identity_v1::TokenResponse>(
                                         "/tamarack.identity.v1.TokenService/Token", request));
  co_return auth::IssuedToken{response.access_token(), std::chrono::seconds(response.expires_in())};
}

auth::ExchangeCredentials ClientCredentials(rpc::Client& identity, const std::string& client_id,
                                            const std::string& client_secret) {
  identity_v1::TokenRequest request;
  request.set_grant_type("client_credentials");
  request.set_client_id(client_id);
  request.set_client_secret(client_secret);
  return [&identity, request] { return RequestToken(identity, request); };
}

}  // namespace

Peer::Peer(Shell& shell)
    : bootstrap_(shell.identity()),
      tokens_(shell.executor(), ClientCredentials(bootstrap_, shell.name(), shell.client_secret())),
      verifier_(shell.executor(),
                auth::VerifierOptions{.issuer = shell.issuer(), .audience = shell.name()},
                [this] { return FetchKeysFrom(bootstrap_); }),
      interceptor_(shell.executor(), &verifier_, shell.registry()),
      identity_(shell.identity(), token(), [this] { tokens_.Invalidate(); }) {
  auto renew = [this] {
    verifier_.Renew();
    tokens_.Invalidate();
  };
  shell.redis().Subscribe(auth::kRevocationChannel, [renew](std::string_view) { renew(); }, renew);
}

rpc::TokenFunction Peer::token() {
  return [this] { return tokens_.Token(); };
}

}  // namespace tamarack::service
