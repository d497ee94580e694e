#include "platform/crypto/jws.h"
#include "tests/integration/identity/browser.h"

#include <catch2/catch.hpp>

// Goal: a ministry signs people in by the authorization code flow, and gets no more than they
// agreed to. Method: all of identity over real gRPC, PostgreSQL and Redis; the test plays browser,
// gateway and relying party.
namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";
constexpr char kAuthorize[] = "AuthorizeService/Authorize";

struct Flow : World {
  Flow() { subject = NewPerson(kEmail); }
  std::string subject;
  RelyingParty ministry{*this};
  Browser browser{*this};
};

boost::json::object IdTokenClaims(World& world, const std::string& id_token,
                                  crypto::Algorithm algorithm) {
  auto jwks = world.Call<google::api::HttpBody>("TokenService/GetJwks", v1::GetJwksRequest());
  auto verified =
      crypto::VerifyJws(id_token, *crypto::KeySet::FromJwks(jwks->data()), {algorithm, ""});
  REQUIRE(verified.ok());
  return verified->claims;
}

TEST_CASE_METHOD(Flow, "Signing keys: verifiers may keep them for two seconds") {
  testing::Answer answer;
  REQUIRE(Call<google::api::HttpBody>("TokenService/GetJwks", v1::GetJwksRequest(), "", {}, &answer)
              .ok());
  CHECK(answer.Http("cache-control") == "public, max-age=2");
}

TEST_CASE_METHOD(Flow, "Code flow: sign in, agree, get tokens, read claims") {
  PageAnswer answer = browser.Open(kAuthorize, ministry.Request());
  CHECK(answer.http_status == 303);
  REQUIRE(answer.location.starts_with("/en/sign-in?return_to="));
  std::string return_to = answer.Param("return_to");
  answer = browser.SignIn(kEmail, "a walk in the woods", return_to);
  CHECK(answer.location.starts_with("/oauth2/authorize/continue?"));
  answer = browser.GoOn(return_to);
  REQUIRE(answer.location.starts_with("/en/consent?return_to="));

  v1::ShowConsentRequest show;
  show.set_lang("fr");
  show.set_return_to(answer.Param("return_to"));
  PageAnswer consent = browser.Open("AuthorizeService/ShowConsent", show, true);
  for (const char* text : {"Transportation (fr)", "Pour renouveler votre permis", "Zoé Exemple",
                           kEmail, "12 Elm Street"}) {
    CHECK(consent.Has(text));
  }

  answer = browser.GoOn(browser.Consent(show.return_to()).location);
  // By a page: whatever the client's address redirects to is no longer a redirect of our form.
  CHECK(answer.http_status == 200);
  REQUIRE(answer.location.starts_with(std::string(kRedirectUri) + "?code="));
  CHECK(answer.Param("state") == "some state");
  CHECK(answer.Param("iss") == testing::kTestIssuer);

  auto tokens = ministry.Redeem(ministry.TokenRequest(answer.Param("code")));
  REQUIRE(tokens.ok());
  CHECK(tokens->token_type() == "Bearer");
  auto claims = IdTokenClaims(*this, tokens->id_token(), crypto::Algorithm::kRs256);
  CHECK(Text(claims, "aud") == ministry.client.client().client_id());
  CHECK(Text(claims, "nonce") == "some nonce");
  CHECK(Text(claims, "iss") == testing::kTestIssuer);
  CHECK_FALSE(claims.contains("auth_time"));  // nobody asked
  CHECK(!claims.contains("email"));
  CHECK(Text(claims, "sub") != subject);

  auto info = ministry.UserInfo(tokens->access_token());
  REQUIRE(info.ok());
  CHECK(Text(*info, "sub") == Text(claims, "sub"));
  CHECK(Text(*info, "email") == kEmail);
  CHECK((*info)["email_verified"].as_bool());
  CHECK(Text(*info, "name") == "Zoé Exemple");
  CHECK(Text((*info)["address"].as_object(), "postal_code") == "P3E 2W9");
  CHECK(database_value("SELECT count(*) FROM consent_read") == "1");

  // The second time nothing is asked.
  CHECK(browser.Open(kAuthorize, ministry.Request()).Param("code").size() == 43);
}

TEST_CASE_METHOD(Flow,
                 "Code flow: a narrower scope gives fewer claims, and a wider one asks again") {
  browser.SignIn(kEmail);
  auto tokens = ministry.Redeem(
      ministry.TokenRequest(ministry.Code(browser, ministry.Request("openid email"))));
  REQUIRE(tokens.ok());
  auto info = *ministry.UserInfo(tokens->access_token());
  CHECK(info.contains("email"));
  CHECK(!info.contains("name"));
  CHECK(!info.contains("address"));
  CHECK(browser.Open(kAuthorize, ministry.Request("openid email address"))
            .location.starts_with("/en/consent"));
}

TEST_CASE_METHOD(Flow,
                 "Code flow: a code is refused with a wrong verifier, redirect URI or client, and "
                 "when made up") {
  browser.SignIn(kEmail);
  auto request = ministry.TokenRequest(ministry.Code(browser, ministry.Request()));
  SECTION("verifier") {
    request.set_code_verifier(std::string(43, 'a'));
  }
  SECTION("no verifier") {
    request.clear_code_verifier();
  }
  SECTION("redirect URI") {
    request.set_redirect_uri("https://ministry.test/other");
  }
  SECTION("code") {
    request.set_code(std::string(43, 'a'));
  }
  SECTION("client") {
    RelyingParty other(*this);
    request.set_client_id(other.client.client().client_id());
    request.set_client_secret(other.client.client_secret());
  }
  CHECK(absl::IsInvalidArgument(ministry.Redeem(request).status()));
}

TEST_CASE_METHOD(Flow,
                 "Authorize: an unknown client or redirect URI gets a page and never a redirect") {
  auto request = ministry.Request();
  SECTION("client") {
    request.set_client_id("nobody");
  }
  SECTION("no client") {
    request.clear_client_id();
  }
  SECTION("other path") {
    request.set_redirect_uri("https://ministry.test/callback/x");
  }
  SECTION("added query") {
    request.set_redirect_uri("https://ministry.test/callback?a=b");
  }
  SECTION("case") {
    request.set_redirect_uri("https://MINISTRY.test/callback");
  }
  SECTION("none") {
    request.clear_redirect_uri();
  }
  SECTION("disabled client") {
    v1::SetClientEnabledRequest disable;
    disable.set_client_id(ministry.client.client().client_id());
    disable.set_is_enabled(false);
    REQUIRE(Call<v1::Client>("AdminService/SetClientEnabled", disable, admin_token()).ok());
  }
  PageAnswer answer = browser.Open(kAuthorize, request);
  CHECK(answer.http_status == 400);
  CHECK(answer.location.empty());
}

TEST_CASE_METHOD(Flow, "Authorize: of whatever length, what is wrong is told to the client") {
  for (const char* path : {kAuthorize, "AuthorizeService/PostAuthorize"}) {
    auto told = [&](const v1::AuthorizeRequest& request) {
      PageAnswer answer = browser.Open(path, request);
      CHECK(answer.http_status == 303);
      CHECK(answer.location.starts_with(request.redirect_uri()));
      CHECK(answer.Param("state") == request.state());
      return answer.Param("error");
    };
    auto request = ministry.Request();
    request.set_max_age(std::string(21, '9'));
    CHECK(told(request) == "invalid_request");
    request = ministry.Request();
    request.set_nonce(std::string(5000, 'n'));
    CHECK(told(request) == "invalid_request");
    request = ministry.Request();
    request.set_state(std::string(5000, 's'));
    CHECK(told(request) == "invalid_request");
    request.set_redirect_uri("https://evil.test/");
    CHECK(browser.Open(path, request).http_status == 400);
    CHECK(browser.Open(path, request).location.empty());
  }
}

TEST_CASE_METHOD(Flow, "Authorize: a post leads on with the request sealed") {
  auto request = ministry.Request();
  PageAnswer answer = browser.Open("AuthorizeService/PostAuthorize", request);
  CHECK(answer.http_status == 303);
  CHECK(answer.location.starts_with("/oauth2/authorize/continue?interaction="));
  auto pending = *host.Await(interactions.Read(answer.location));
  REQUIRE(pending);
  CHECK(pending->request().SerializeAsString() == request.SerializeAsString());
}

TEST_CASE_METHOD(
    Flow, "Consent: who does not agree is sent back with access_denied, and nothing is recorded") {
  browser.SignIn(kEmail);
  PageAnswer asked = browser.Open(kAuthorize, ministry.Request());
  PageAnswer answer = browser.Consent(asked.Param("return_to"), "deny");
  CHECK(answer.Param("error") == "access_denied");
  CHECK(answer.Param("state") == "some state");
  CHECK(database_value("SELECT count(*) FROM consent") == "0");
}

TEST_CASE_METHOD(
    Flow,
    "Consent: withdrawing it ends the ministry's reading at once; the account page shows both") {
  browser.SignIn(kEmail);
  CHECK(browser.Account().Has("You share nothing"));
  auto tokens = *ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request())));
  REQUIRE(ministry.UserInfo(tokens.access_token()).ok());
  PageAnswer account = browser.Account();
  for (const char* text :
       {"Transportation", "To renew your licence", "Name, Email address, Address"})
    CHECK(account.Has(text));
  CHECK(browser.Account("fr").Has("Pour renouveler votre permis"));

  v1::WithdrawConsentRequest withdraw;
  withdraw.set_lang("en");
  withdraw.set_consent_id(database_value("SELECT consent_id FROM consent"));
  Browser stranger(*this);
  NewPerson("other@example.test");
  stranger.SignIn("other@example.test");
  CHECK(stranger.Open("AccountService/WithdrawConsent", withdraw, true).location == "/en/account");
  CHECK(ministry.UserInfo(tokens.access_token()).ok());

  CHECK(browser.Open("AccountService/WithdrawConsent", withdraw, true).location ==
        "/en/account?withdrawn=true");
  CHECK(absl::IsUnauthenticated(ministry.UserInfo(tokens.access_token()).status()));
  CHECK(browser.Open(kAuthorize, ministry.Request()).location.starts_with("/en/consent"));
  CHECK(browser.Account().Has("You share nothing"));
}

TEST_CASE_METHOD(Flow, "Code flow: two ministries get two subjects for one person") {
  browser.SignIn(kEmail);
  RelyingParty other(*this);
  auto first =
      *ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request("openid"))));
  auto second = *other.Redeem(other.TokenRequest(other.Code(browser, other.Request("openid"))));
  CHECK(ClientPrincipal(first.access_token())->subject !=
        ClientPrincipal(second.access_token())->subject);
}

TEST_CASE_METHOD(Flow, "Code flow: a client that chose ES256 gets ID tokens of that kind") {
  v1::CreateClientRequest create;
  create.set_service_id(ministry.client.client().service_id());
  create.add_redirect_uris(kRedirectUri);
  create.add_scopes("openid");
  create.set_purpose_en("x");
  create.set_purpose_fr("x");
  create.set_id_token_signed_response_alg("ES256");
  ministry.client =
      *Call<v1::CreateClientResponse>("AdminService/CreateClient", create, admin_token());
  browser.SignIn(kEmail);
  auto tokens =
      *ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request("openid"))));
  IdTokenClaims(*this, tokens.id_token(), crypto::Algorithm::kEs256);
}

}  // namespace
}  // namespace tamarack::identity
