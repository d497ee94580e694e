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

  // What a person's sign-in gave the client while Redis was there.
  std::string PersonToken(const std::string& subject) {
    auth::Principal principal;
    principal.subject = subject;
    principal.client_id = client.client().client_id();
    principal.scopes = {"openid", "email"};
    principal.mode = "live";
    return host.Await(issuer.AccessToken(principal, issuer.client_audience()))->token;
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
                                     .claims = {"email"}},
                                    *found))
              .ok());
  std::string token = PersonToken(subject);
  auto exchanged = ExchangeBearer(token);
  REQUIRE(exchanged.ok());
  const std::string& at_identity = exchanged->access_token();
  CHECK(UserInfo(at_identity).ok());
  REQUIRE(host.Await(revocations.Revoke(found->id, subject)).ok());
  CHECK(absl::IsUnauthenticated(UserInfo(at_identity)));
  CHECK(absl::IsUnauthenticated(ExchangeBearer(token).status()));
  REQUIRE(host.Await(revocations.Lift(found->id, subject)).ok());
  CHECK(ExchangeBearer(token).ok());
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
