// Goal: a token that is bound to a key is worth nothing without it. Method: tokens from the real
// token endpoint, presented at the exchange as the gateway would, with proofs and certificates
// right and wrong.
#include "platform/crypto/encoding.h"
#include "tests/integration/identity/world.h"
#include "tests/support/proof.h"

#include <catch2/catch.hpp>

namespace tamarack::identity {
namespace {

constexpr char kUrl[] = "https://services.test/v1/changes";
const std::string kTokenUrl = std::string(testing::kTestIssuer) + "/oauth2/token";

struct PossessionWorld : World {
  crypto::Key key = *crypto::Key::Generate(crypto::Algorithm::kEs256);
  crypto::Key other = *crypto::Key::Generate(crypto::Algorithm::kEd25519);
  std::string service_id = NewService().service_id();

  v1::CreateClientResponse BoundClient(bool dpop, bool certificate) {
    v1::CreateClientRequest request;
    request.set_service_id(service_id);
    request.add_scopes("tellusonce.subscriber");
    request.set_dpop_bound_access_tokens(dpop);
    request.set_tls_client_certificate_bound_access_tokens(certificate);
    return *Call<v1::CreateClientResponse>("AdminService/CreateClient", request, admin_token());
  }
  absl::StatusOr<v1::TokenResponse> Ask(const v1::CreateClientResponse& client,
                                        const std::string& proof,
                                        const std::string& certificate = "") {
    v1::TokenRequest request;
    request.set_grant_type("client_credentials");
    request.set_client_id(client.client().client_id());
    request.set_client_secret(client.client_secret());
    std::map<std::string, std::string> metadata;
    if (!proof.empty()) metadata["x-tamarack-header-dpop"] = proof;
    if (!certificate.empty())
      metadata["x-tamarack-header-client-certificate-sha256"] =
          crypto::Base64UrlEncode(certificate);
    return Call<v1::TokenResponse>("TokenService/Token", request, "", metadata);
  }
  std::string TokenProof(const crypto::Key& by) {
    return testing::MakeProof(by, "POST", kTokenUrl, "", issuer.NowSeconds());
  }
  absl::StatusOr<api::v1::ExchangeResponse> Present(const std::string& token,
                                                    const std::string& proof,
                                                    const std::string& method = "GET",
                                                    const std::string& url = kUrl) {
    api::v1::ExchangeRequest request;
    request.set_bearer(token);
    request.mutable_dpop()->set_proof(proof);
    request.mutable_dpop()->set_http_method(method);
    request.mutable_dpop()->set_url(url);
    return Exchange(request, {"tellusonce"});
  }
  absl::StatusOr<api::v1::ExchangeResponse> Connect(const std::string& token,
                                                    const std::string& certificate) {
    api::v1::ExchangeRequest request;
    request.set_bearer(token);
    request.set_client_certificate_sha256(certificate);
    return Exchange(request, {"tellusonce"});
  }
  std::string Proof(const crypto::Key& by, const std::string& token,
                    const std::string& method = "GET", int64_t age = 0) {
    return testing::MakeProof(by, method, kUrl, token, issuer.NowSeconds() - age);
  }
};

bool IsRefused(const absl::Status& status) {
  return absl::IsUnauthenticated(status);
}

TEST_CASE_METHOD(PossessionWorld, "DPoP: a token asked for with a proof is bound to its key") {
  auto client = BoundClient(false, false);
  auto token = Ask(client, TokenProof(key));
  REQUIRE(token.ok());
  CHECK(token->token_type() == "DPoP");
  const std::string& text = token->access_token();
  CHECK(ClientPrincipal(text)->confirmation.jkt == key.kid());

  auto exchanged = Present(text, Proof(key, text));
  REQUIRE(exchanged.ok());
  CHECK(exchanged->no_cache());
  // Services are given a token that says that the key was shown, and is nothing outside.
  CHECK(exchanged->access_token() != text);
  CHECK(Principal(exchanged->access_token(), "tellusonce")->HasScope("tellusonce.subscriber"));
  CHECK(IsRefused(ExchangeBearer(exchanged->access_token()).status()));
  for (const char* service : {"identity", "tellusonce"})
    CHECK(IsRefused(Principal(text, service).status()));
  CHECK(exchanged->expire_time().seconds() <= issuer.NowSeconds() + 300);

  CHECK(IsRefused(ExchangeBearer(text).status()));  // downgraded
  std::string proof = Proof(key, text);
  CHECK(Present(text, proof).ok());
  CHECK(IsRefused(Present(text, proof).status()));  // replayed
  CHECK(IsRefused(Present(text, "").status()));
  CHECK(IsRefused(Present(text, Proof(other, text)).status()));
  CHECK(IsRefused(Present(text, Proof(key, "another token")).status()));
  CHECK(IsRefused(Present(text, Proof(key, "")).status()));
  CHECK(IsRefused(Present(text, Proof(key, text, "POST")).status()));
  CHECK(IsRefused(Present(text, Proof(key, text), "GET", "https://services.test/v1").status()));
  CHECK(IsRefused(Present(text, Proof(key, text, "GET", 61)).status()));
  CHECK(Present(text, Proof(key, text, "GET", 30)).ok());
}

TEST_CASE_METHOD(PossessionWorld, "DPoP: a proof makes no bearer credential better") {
  auto client = BoundClient(false, false);
  auto token = Ask(client, "");
  REQUIRE(token.ok());
  CHECK(token->token_type() == "Bearer");
  CHECK(ExchangeBearer(token->access_token()).ok());
  CHECK(IsRefused(Present(token->access_token(), Proof(key, token->access_token())).status()));
  std::string pay = NewApiKey(service_id, "pay", "live").secret();
  CHECK(IsRefused(Present(pay, Proof(key, pay)).status()));
}

TEST_CASE_METHOD(PossessionWorld,
                 "DPoP: the token endpoint takes each proof once, and only its own") {
  auto client = BoundClient(true, false);
  std::string proof = TokenProof(key);
  CHECK(Ask(client, proof).ok());
  CHECK(absl::IsInvalidArgument(Ask(client, proof).status()));
  CHECK(absl::IsInvalidArgument(Ask(client, "").status()));  // the client wants no other tokens
  CHECK(absl::IsInvalidArgument(Ask(client, "a.b.c").status()));
  CHECK(absl::IsInvalidArgument(Ask(client, Proof(key, "")).status()));
  CHECK(absl::IsInvalidArgument(Ask(client, TokenProof(key) + ", " + TokenProof(key)).status()));
  CHECK(Ask(client, TokenProof(other)).ok());
}

TEST_CASE_METHOD(PossessionWorld,
                 "Certificates: a bound token is good over its client's connection") {
  auto client = BoundClient(false, true);
  const std::string mine(32, 'm'), theirs(32, 't');
  CHECK(absl::IsInvalidArgument(Ask(client, "").status()));
  auto token = Ask(client, "", mine);
  REQUIRE(token.ok());
  CHECK(token->token_type() == "Bearer");
  auto exchanged = Connect(token->access_token(), mine);
  REQUIRE(exchanged.ok());
  CHECK(!exchanged->no_cache());
  CHECK(Principal(exchanged->access_token(), "tellusonce").ok());
  CHECK(IsRefused(Connect(token->access_token(), theirs).status()));
  CHECK(IsRefused(Connect(token->access_token(), "").status()));

  // Who does not ask for it is not bound to whatever certificate the connection has.
  auto plain = Ask(BoundClient(false, false), "", mine);
  REQUIRE(plain.ok());
  CHECK(ExchangeBearer(plain->access_token()).ok());
}

TEST_CASE_METHOD(PossessionWorld, "Possession: both bindings at once want both keys") {
  auto client = BoundClient(true, true);
  const std::string mine(32, 'm');
  auto token = Ask(client, TokenProof(key), mine);
  REQUIRE(token.ok());
  const std::string& text = token->access_token();
  CHECK(IsRefused(Present(text, Proof(key, text)).status()));
  CHECK(IsRefused(Connect(text, mine).status()));
  api::v1::ExchangeRequest request;
  request.set_bearer(text);
  request.mutable_dpop()->set_proof(Proof(key, text));
  request.mutable_dpop()->set_http_method("GET");
  request.mutable_dpop()->set_url(kUrl);
  request.set_client_certificate_sha256(mine);
  CHECK(Exchange(request).ok());
}

}  // namespace
}  // namespace tamarack::identity
