// Goal: what a client asks of a sign-in cannot be taken out on the way, nor be outlived; people get
// on all the same. Method: all of identity over real gRPC, PostgreSQL and Redis; a browser that
// goes where pages lead, and elsewhere.
#include "platform/crypto/jws.h"
#include "services/identity/key_uses.h"
#include "tests/integration/identity/browser.h"
#include "tests/support/rotation.h"

#include <catch2/catch.hpp>

namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";
constexpr char kOther[] = "kim@example.test";
constexpr char kAuthorize[] = "AuthorizeService/Authorize";

struct Interacting : World {
  RelyingParty ministry{*this};
  Browser browser{*this};

  Interacting() {
    NewPerson(kEmail);
    NewPerson(kOther);
    browser.SignIn(kEmail);
    ministry.Code(browser, ministry.Request());
  }
  // To the sign-in or the consent page; what it is to lead back to.
  std::string ReturnTo(const v1::AuthorizeRequest& request, const std::string& page) {
    PageAnswer answer = browser.Open(kAuthorize, request);
    CHECK(answer.location.starts_with("/en/" + page + "?return_to="));
    return answer.Param("return_to");
  }
  std::string IdToken() {
    return ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request())))
        ->id_token();
  }
  PageAnswer ShowSignIn(const std::string& return_to, const std::string& lang = "en") {
    v1::ShowSignInRequest show;
    show.set_lang(lang);
    show.set_return_to(return_to);
    return browser.Open("SignInService/ShowSignIn", show);
  }
};

TEST_CASE_METHOD(Interacting, "Interaction: nobody strips prompt or max_age on the way") {
  auto request = ministry.Request();
  SECTION("login") {
    request.set_prompt("login");
  }
  SECTION("select_account") {
    request.set_prompt("select_account");
  }
  SECTION("max_age") {
    request.set_max_age("10");
    clock_offset = std::chrono::seconds(60);
  }
  SECTION("max_age=0") {
    request.set_max_age("0");
    clock_offset = std::chrono::seconds(1);
  }
  std::string return_to = ReturnTo(request, "sign-in");
  REQUIRE(return_to.starts_with("/oauth2/authorize/continue?interaction="));
  CHECK(return_to.find("prompt") == std::string::npos);
  CHECK(return_to.find("max_age") == std::string::npos);
  for (size_t at : {return_to.size() - 1, return_to.size() / 2}) {
    std::string altered = return_to;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    PageAnswer refused = browser.GoOn(altered);
    CHECK(refused.http_status == 400);
    CHECK(refused.location.empty());
  }
  // Who goes on without signing in is asked again, by the page itself, too.
  CHECK(browser.GoOn(return_to).location.starts_with("/en/sign-in?"));
  CHECK(ShowSignIn(return_to).http_status == 200);
  CHECK(browser.Consent(return_to).location.starts_with("/oauth2/authorize/continue?"));
  clock_offset += std::chrono::seconds(30);  // slower to type than max_age allows
  CHECK(browser.SignIn(kEmail, "a walk in the woods", return_to).http_status == 303);
  CHECK(ShowSignIn(return_to).http_status == 303);
  CHECK(browser.GoOn(return_to).Param("code").size() == 43);
}

TEST_CASE_METHOD(Interacting, "Interaction: when somebody signed in is told to who asks") {
  browser.SignIn(kEmail);
  auto claims_of = [](const std::string& token) { return crypto::PeekJws(token)->claims; };
  for (bool asks : {false, true}) {
    auto request = ministry.Request();
    if (asks) request.set_max_age("600");
    auto tokens = ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, request)));
    REQUIRE(tokens.ok());
    CHECK(claims_of(tokens->id_token()).contains("auth_time") == asks);
    CHECK(claims_of(tokens->access_token()).contains("auth_time") == asks);
  }
}

TEST_CASE_METHOD(Interacting, "Interaction: a sign-in of the same second is not a new one") {
  auto request = ministry.Request();
  request.set_prompt("login");
  browser.SignIn(kEmail);
  std::string return_to = ReturnTo(request, "sign-in");
  CHECK(browser.GoOn(return_to).location.starts_with("/en/sign-in?"));
  browser.SignIn(kEmail);
  CHECK(browser.GoOn(return_to).Param("code").size() == 43);
}

TEST_CASE_METHOD(Interacting, "Interaction: prompt=consent is answered by the one who is asked") {
  auto request = ministry.Request();
  request.set_prompt("consent");
  std::string return_to = ReturnTo(request, "consent");
  CHECK(browser.GoOn(return_to).location.starts_with("/en/consent?"));
  std::string agreed = browser.Consent(return_to).location;
  CHECK(browser.GoOn(agreed).Param("code").size() == 43);
  CHECK(browser.GoOn(return_to).location.starts_with("/en/consent?"));
  Browser other(*this);
  other.SignIn(kOther);
  ministry.Code(other, ministry.Request());
  CHECK(other.GoOn(agreed).location.starts_with("/en/consent?"));
}

TEST_CASE_METHOD(Interacting, "Interaction: whom id_token_hint names has to be who signs in") {
  auto request = ministry.Request();
  request.set_id_token_hint(IdToken());
  CHECK(browser.Open(kAuthorize, request).Param("code").size() == 43);
  browser.SignIn(kOther);
  auto silent = request;
  silent.set_prompt("none");
  CHECK(browser.Open(kAuthorize, silent).Param("error") == "login_required");
  std::string return_to = ReturnTo(request, "sign-in");
  CHECK(ShowSignIn(return_to).http_status == 200);
  browser.SignIn(kOther);
  PageAnswer refused = browser.GoOn(ShowSignIn(return_to).location);
  CHECK(refused.location.starts_with(kRedirectUri));
  CHECK(refused.Param("error") == "login_required");
  CHECK(refused.Param("state") == "some state");
  browser.SignIn(kEmail);
  CHECK(browser.GoOn(return_to).Param("code").size() == 43);
  // An access token is none, and a person who does not sign in anew is not taken.
  auto tokens = ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request())));
  silent.set_id_token_hint(tokens->id_token());
  CHECK(browser.Open(kAuthorize, silent).Param("code").size() == 43);
  silent.set_id_token_hint(tokens->access_token());
  CHECK(browser.Open(kAuthorize, silent).Param("error") == "login_required");
  // One that is none of ours names nobody: whoever signs in anew is taken.
  request.set_id_token_hint("eyJhbGciOiJSUzI1NiJ9.e30.AAAA");
  return_to = ReturnTo(request, "sign-in");
  CHECK(browser.GoOn(return_to).location.starts_with("/en/sign-in?"));
  browser.SignIn(kEmail);
  CHECK(browser.GoOn(return_to).Param("code").size() == 43);
}

TEST_CASE_METHOD(Interacting, "Interaction: prompt=none is answered, whatever is missing") {
  auto request = ministry.Request();
  request.set_prompt("none");
  CHECK(browser.Open(kAuthorize, request).Param("code").size() == 43);
  auto error = [&] { return browser.Open(kAuthorize, request).Param("error"); };
  SECTION("terms that changed") {
    database_value("UPDATE oauth_client SET revision = revision + 1");
    CHECK(error() == "consent_required");
  }
  SECTION("a consent that was withdrawn") {
    database_value("UPDATE consent SET withdrawn_at = now()");
    CHECK(error() == "consent_required");
  }
  SECTION("a sign-in that is too old") {
    request.set_max_age("10");
    clock_offset = std::chrono::seconds(60);
    CHECK(error() == "login_required");
  }
  SECTION("a session") {
    browser.cookies.clear();
    CHECK(error() == "login_required");
  }
}

TEST_CASE_METHOD(Interacting, "Interaction: after an hour it says so, and leads to a new one") {
  auto request = ministry.Request();
  request.set_prompt("login");
  std::string return_to = ReturnTo(request, "sign-in");
  browser.SignIn(kEmail);
  clock_offset = std::chrono::hours(1) - std::chrono::seconds(5);
  CHECK(browser.GoOn(return_to).Param("code").size() == 43);
  clock_offset = std::chrono::hours(1);
  v1::ShowConsentRequest consent;
  consent.set_lang("en");
  consent.set_return_to(return_to);
  for (const PageAnswer& page :
       {browser.GoOn(return_to), ShowSignIn(return_to), browser.Consent(return_to),
        browser.Open("AuthorizeService/ShowConsent", consent, true)}) {
    CHECK(page.http_status == 400);
    CHECK(page.location.empty());
    CHECK(page.Has("has expired"));
    CHECK(page.Has("Transportation service"));
    CHECK(page.Has("href=\"/oauth2/authorize?response_type=code&amp;"));
    CHECK(page.Has("prompt=login"));
    CHECK(page.Has("href=\"/fr/sign-in?return_to=%2Foauth2%2Fauthorize%2Fcontinue"));
  }
  PageAnswer french = ShowSignIn(return_to, "fr");
  CHECK(french.Has("a expiré"));
  CHECK(french.Has("ui_locales=fr"));
  // Anew is anew: the sign-in before does not count.
  CHECK(browser.Open(kAuthorize, request).location.starts_with("/en/sign-in?"));
}

TEST_CASE_METHOD(Interacting, "Interaction: it is read after a restart, and in another replica") {
  auto request = ministry.Request();
  request.set_prompt("login");
  std::string return_to = ReturnTo(request, "sign-in");
  REQUIRE(host.Await(redis.Command("FLUSHALL")).ok());
  crypto::Keyring ring_again(secret), other_ring(std::string(32, 's'));
  Keyring read_again(ring_again), stranger(other_ring);
  Interactions elsewhere{read_again, subjects, tenants, consents, keys, clock};
  auto pending = *host.Await(elsewhere.Read(return_to));
  REQUIRE(pending);
  CHECK(pending->request().SerializeAsString() == request.SerializeAsString());
  CHECK(absl::IsNotFound(
      host.Await(Interactions{stranger, subjects, tenants, consents, keys, clock}.Read(return_to))
          .status()));
  CHECK(!*host.Await(interactions.Read("/en/account?return_to=%2Foauth2")));
  browser.SignIn(kEmail);
  CHECK(browser.GoOn(return_to).Param("code").size() == 43);
}

TEST_CASE_METHOD(Interacting, "Interaction: one that is lost says so and goes back to the client") {
  std::string return_to = ministry.OnTheWay();
  std::string sealed = return_to.substr(return_to.find('=') + 1);
  // Nobody wears out the key of what is at rest by beginning sign-ins.
  CHECK(!keyring.sealer().Open(sealed, "interaction").ok());
  SECTION("with its key") {
    REQUIRE(testing::Rotate(host, ring).ok());
    REQUIRE(host.Await(interactions.Read(return_to)).ok());
    CHECK(UsesOfKeys(ring).outlives == std::chrono::hours(1));
    REQUIRE(testing::RetireEarlier(host, ring).ok());
  }
  SECTION("since the client is another by now") {
    database_value("UPDATE oauth_client SET redirect_uris = '{https://ministry.test/elsewhere}'");
  }
  v1::ShowConsentRequest consent;
  consent.set_lang("en");
  consent.set_return_to(return_to);
  for (const PageAnswer& page :
       {browser.GoOn(return_to), ShowSignIn(return_to), browser.Consent(return_to),
        browser.Open("AuthorizeService/ShowConsent", consent, true)}) {
    CHECK(page.http_status == 400);
    CHECK(page.location.empty());
    CHECK(page.Has("Go back to the service that you came from"));
  }
  CHECK(ShowSignIn(return_to, "fr").Has("Retournez au service"));
}

TEST_CASE_METHOD(Interacting, "Interaction: two tabs go on after one sign-in, in its language") {
  auto request = ministry.Request();
  request.set_prompt("login");
  std::string first = ReturnTo(request, "sign-in"), second = ReturnTo(request, "sign-in");
  v1::SignInRequest form;
  form.set_lang("fr");
  form.set_email(kEmail);
  form.set_password("a walk in the woods");
  form.set_return_to(first);
  std::string location = browser.Open("SignInService/SignIn", form).location;
  CHECK(browser.GoOn(location).Param("code").size() == 43);
  CHECK(browser.GoOn(ShowSignIn(second).location).Param("code").size() == 43);
  database_value("UPDATE consent SET withdrawn_at = now()");
  CHECK(browser.GoOn(location).location.starts_with("/fr/consent?"));
}

TEST_CASE_METHOD(Interacting, "Interaction: what is no longer good of it is looked at anew") {
  auto request = ministry.Request();
  request.set_prompt("login");
  std::string return_to = ReturnTo(request, "sign-in");
  browser.SignIn(kEmail);
  database_value("UPDATE oauth_client SET redirect_uris = '{https://ministry.test/elsewhere}'");
  PageAnswer refused = browser.GoOn(return_to);
  CHECK(refused.http_status == 400);
  CHECK(refused.location.empty());
}

TEST_CASE_METHOD(Interacting,
                 "Consent: words that changed while the page was open are shown anew") {
  database_value("UPDATE consent SET withdrawn_at = now()");
  std::string return_to = ReturnTo(ministry.Request(), "consent");
  v1::DecideConsentRequest decide;
  decide.set_lang("fr");
  decide.set_return_to(return_to);
  decide.set_decision("allow");
  decide.set_revision(1);
  database_value("UPDATE oauth_client SET revision = 2, purpose_en = 'Other'");
  auto allow = [&] {
    return browser.Open("AuthorizeService/DecideConsent", decide, true).location;
  };
  CHECK(allow().starts_with("/fr/consent?return_to="));
  CHECK(database_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == "0");
  decide.set_revision(2);
  CHECK(browser.GoOn(allow()).Param("code").size() == 43);
}

}  // namespace
}  // namespace tamarack::identity
