// Goal: losing Redis takes sessions, sign-ins and proof-bound tokens, and nothing else, however
// long it lasts. Method: identity from its start without a Redis, so that nothing is cached.
#include "tests/integration/identity/sign_in_world.h"
#include "tests/support/proof.h"

#include <catch2/catch.hpp>

namespace tamarack::identity {
namespace {

struct AwayWorld : SignInWorld {
  AwayWorld() : SignInWorld("unix:/nonexistent/redis.sock") {}

  std::string service_id = NewService().service_id();
  v1::CreateClientResponse client = NewClient(service_id);

  // What a person's sign-in gives the client that redeems the code.
  std::string PersonToken() {
    const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    Grant grant;
    grant.consent_id = database_value("SELECT consent_id FROM consent");
    grant.language = "en";
    grant.scopes = {"openid", "email"};
    grant.redirect_uri = "https://ministry.test/callback";
    grant.code_challenge = crypto::Base64UrlEncode(crypto::Sha256(verifier));
    v1::TokenRequest request;
    request.set_grant_type("authorization_code");
    request.set_client_id(client.client().client_id());
    request.set_client_secret(client.client_secret());
    request.set_code(*host.Await(grants.Create(grant)));
    request.set_redirect_uri(grant.redirect_uri);
    request.set_code_verifier(verifier);
    return Call<v1::TokenResponse>("TokenService/Token", request)->access_token();
  }
  absl::Status UserInfo(const std::string& token) {
    return Call<google::api::HttpBody>("TokenService/GetUserInfo", v1::GetUserInfoRequest(), token)
        .status();
  }
};

TEST_CASE_METHOD(AwayWorld, "Redis away: clients, keys and administrators notice nothing") {
  auto token = ClientToken(client.client().client_id(), client.client_secret());
  REQUIRE(token.ok());
  CHECK(ExchangeBearer(token->access_token()).ok());
  CHECK(ExchangeBearer(NewApiKey(service_id, "pay", "live").secret()).ok());
  CHECK(Call<v1::ListMinistriesResponse>("AdminService/ListMinistries", v1::ListMinistriesRequest(),
                                         admin_token())
            .ok());
}

TEST_CASE_METHOD(AwayWorld, "Redis away: what was revoked stays revoked, the rest goes on") {
  NewPerson(kEmail);
  auto person = host.Await(people.FindByEmail(auth::Mode::kLive, kEmail));
  REQUIRE(person.ok());
  auto found = host.Await(tenants.FindClient(client.client().client_id()));
  REQUIRE(found.ok());
  std::string subject = *host.Await(subjects.At(found->ministry_id, person->id));
  REQUIRE(host.Await(consents.Grant({.person_id = person->id,
                                     .subject = subject,
                                     .scopes = {"openid", "email"},
                                     .claims = {"email"},
                                     .claim_words_en = {"Email address"},
                                     .claim_words_fr = {"Adresse courriel"},
                                     .language = "en"},
                                    *found))
              .ok());
  std::string token = PersonToken();
  auto exchanged = ExchangeBearer(token);
  REQUIRE(exchanged.ok());
  const std::string& at_identity = exchanged->access_token();
  CHECK(UserInfo(at_identity).ok());
  std::string later = PersonToken();
  database_value("UPDATE oauth_grant SET revoked_at = now() WHERE grant_id = '" +
                 ClientPrincipal(token)->grant_id + "'");
  CHECK(absl::IsUnauthenticated(UserInfo(at_identity)));
  CHECK(absl::IsUnauthenticated(ExchangeBearer(token).status()));
  CHECK(ExchangeBearer(later).ok());
}

TEST_CASE_METHOD(AwayWorld, "Redis away: an account is made, and signed in to later") {
  REQUIRE(Register(kEmail).http_status == 303);
  PageAnswer confirmed = Confirm(LastCode());
  CHECK(confirmed.location.starts_with("/fr/sign-in?"));
  CHECK(database_value("SELECT count(*) FROM person") == "1");
  CHECK(!browser.cookies.contains("__host-tamarack-session"));
}

TEST_CASE_METHOD(AwayWorld, "Redis away: sessions, sign-ins and proofs have to wait") {
  NewPerson(kEmail);
  v1::ShowSignInRequest show;
  show.set_lang("en");
  CHECK(browser.Open("SignInService/ShowSignIn", show).http_status == 200);
  CHECK(absl::IsUnavailable(browser.SignIn(kEmail).status));
  CHECK(absl::IsUnavailable(ExchangeSession(std::string(43, 'x')).status()));

  auto key = *crypto::Key::Generate(crypto::Algorithm::kEs256);
  v1::TokenRequest request;
  request.set_grant_type("client_credentials");
  request.set_client_id(client.client().client_id());
  request.set_client_secret(client.client_secret());
  std::string proof = testing::MakeProof(
      key, "POST", std::string(testing::kTestIssuer) + "/oauth2/token", "", issuer.NowSeconds());
  CHECK(absl::IsUnavailable(Call<v1::TokenResponse>("TokenService/Token", request, "",
                                                    {{"x-tamarack-header-dpop", proof}})
                                .status()));
}

}  // namespace
}  // namespace tamarack::identity
