#include "platform/base/url.h"
#include "services/identity/key_uses.h"
#include "tests/integration/identity/browser.h"
#include "tests/support/rotation.h"

#include <catch2/catch.hpp>

// Goal: clients of the sandbox meet people of the sandbox, live ones live people, whatever is
// tried; and whoever had agreed before that rule stays. Method: all of identity over real gRPC,
// PostgreSQL and Redis; a client and a person of each mode, with the same email address.
namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";
constexpr char kAuthorize[] = "AuthorizeService/Authorize";
constexpr char kLivePassword[] = "a walk in the woods";
constexpr char kSandboxPassword[] = "a castle in the sand";

struct TwoWorlds : World {
  std::string live_subject = NewPerson(kEmail, kLivePassword);
  std::string sandbox_subject = NewPerson(kEmail, kSandboxPassword, "sandbox");
  RelyingParty live{*this};
  RelyingParty sandbox{*this, "sandbox"};
  Browser browser{*this};

  // Signs in on the way to the client; where that leads.
  PageAnswer SignInFor(RelyingParty& to, const std::string& password) {
    PageAnswer asked = browser.Open(kAuthorize, to.Request());
    REQUIRE(asked.location.starts_with("/en/sign-in?"));
    return browser.SignIn(kEmail, password, asked.Param("return_to"));
  }
  static v1::RegisterRequest RegisterForm(const std::string& return_to) {
    v1::RegisterRequest form;
    form.set_lang("en");
    form.set_email("kim@example.test");
    form.set_password(kLivePassword);
    form.set_given_name("Kim");
    form.set_family_name("Exemple");
    form.set_return_to(return_to);
    return form;
  }
  std::string SessionMode() {
    auto token = ExchangeSession(browser.cookies["__host-tamarack-session"]);
    REQUIRE(token.ok());
    return Principal(token->access_token())->mode;
  }
};

TEST_CASE_METHOD(TwoWorlds, "Modes: one address has an account of each, and the client decides") {
  CHECK(live_subject != sandbox_subject);
  struct Case {
    RelyingParty& client;
    const char* own;
    const char* other;
    const char* mode;
  };
  for (const Case& each : {Case{live, kLivePassword, kSandboxPassword, "live"},
                           Case{sandbox, kSandboxPassword, kLivePassword, "sandbox"}}) {
    CAPTURE(each.mode);
    browser.cookies.clear();
    CHECK(SignInFor(each.client, each.other).http_status == 422);
    CHECK(SignInFor(each.client, each.own).http_status == 303);
    CHECK(SessionMode() == each.mode);
    auto tokens = each.client.Redeem(
        each.client.TokenRequest(each.client.Code(browser, each.client.Request())));
    REQUIRE(tokens.ok());
    CHECK(ClientPrincipal(tokens->access_token())->mode == each.mode);
    CHECK(each.client.UserInfo(tokens->access_token()).ok());
  }
}

TEST_CASE_METHOD(TwoWorlds, "Modes: whoever is signed in for one client is nobody to the other's") {
  for (auto [from, password, to] : {std::tuple(&live, kLivePassword, &sandbox),
                                    std::tuple(&sandbox, kSandboxPassword, &live)}) {
    browser.cookies.clear();
    REQUIRE(SignInFor(*from, password).http_status == 303);
    REQUIRE(from->Code(browser, from->Request()).size() == 43);
    PageAnswer asked = browser.Open(kAuthorize, to->Request());
    CHECK(asked.location.starts_with("/en/sign-in?"));
    // Nor does the sign-in page send on who is signed in.
    v1::ShowSignInRequest page;
    page.set_lang("en");
    page.set_return_to(to->OnTheWay());
    CHECK(browser.Open("SignInService/ShowSignIn", page).http_status == 200);
    auto silent = to->Request();
    silent.set_prompt("none");
    CHECK(browser.Open(kAuthorize, silent).Param("error") == "login_required");
    // Nor is a consent taken that nobody was asked for.
    PageAnswer forced = browser.Consent(to->OnTheWay());
    CHECK(forced.location.starts_with("/oauth2/authorize/continue?"));
    CHECK(database_value("SELECT count(*) FROM consent WHERE client_id = '" +
                         to->client.client().client_id() + "'") == "0");
    CHECK(browser.Open(kAuthorize, to->Request()).location.starts_with("/en/sign-in?"));
    database_value("DELETE FROM oauth_grant; DELETE FROM consent");
  }
}

TEST_CASE_METHOD(TwoWorlds, "Modes: whose client cannot be told gets no account and no session") {
  const std::string unsealed = ToPath(sandbox.Request());
  std::string altered = sandbox.OnTheWay();
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  std::string of_a_key_that_is_gone = sandbox.OnTheWay();
  REQUIRE(testing::Rotate(host, ring).ok());
  testing::Reseal(host, ring, UsesOfKeys(ring));
  REQUIRE(testing::RetireEarlier(host, ring).ok());
  for (const std::string& path : {unsealed, altered, of_a_key_that_is_gone}) {
    for (const std::string& return_to : {path, "/en/consent?return_to=" + PercentEncode(path)}) {
      CAPTURE(return_to);
      v1::ShowSignInRequest sign_in;
      sign_in.set_lang("en");
      sign_in.set_return_to(return_to);
      v1::ShowRegisterRequest show_register;
      show_register.set_lang("en");
      show_register.set_return_to(return_to);
      for (const PageAnswer& page :
           {browser.Open("SignInService/ShowSignIn", sign_in),
            browser.Open("SignInService/ShowRegister", show_register),
            browser.SignIn(kEmail, kLivePassword, return_to),
            browser.Open("SignInService/Register", RegisterForm(return_to))}) {
        CHECK(page.http_status == 400);
        CHECK(page.location.empty());
        CHECK(page.Has("Go back to the service that you came from"));
        // Before interactions were sealed, the request stood there itself.
        CHECK(page.Has("href=\"/oauth2/authorize?response_type=code&amp;") == (path == unsealed));
      }
    }
  }
  CHECK(browser.cookies.empty());
  CHECK(database_value("SELECT count(*) FROM registration") == "0");
}

TEST_CASE_METHOD(TwoWorlds,
                 "Modes: whoever signs in again for the consent page does so for the client") {
  const std::string return_to = "/en/consent?return_to=" + PercentEncode(sandbox.OnTheWay());
  CHECK(browser.SignIn(kEmail, kLivePassword, return_to).http_status == 422);
  CHECK(browser.SignIn(kEmail, kSandboxPassword, return_to).location == return_to);
  CHECK(SessionMode() == "sandbox");
  browser.cookies.clear();
  REQUIRE(browser.Open("SignInService/Register", RegisterForm(return_to)).http_status == 303);
  v1::ConfirmEmailRequest confirm;
  confirm.set_lang("en");
  confirm.set_code(std::string(StringMember(LastEmail(), "code")));
  confirm.set_return_to(return_to);
  CHECK(browser.Open("SignInService/ConfirmEmail", confirm).location == return_to);
  CHECK(SessionMode() == "sandbox");
}

TEST_CASE_METHOD(TwoWorlds, "Modes: who registers for a client becomes a person of its mode") {
  for (RelyingParty* client : {&sandbox, &live}) {
    const std::string mode = client->client.client().mode();
    CAPTURE(mode);
    browser.cookies.clear();
    const v1::RegisterRequest form = RegisterForm(client->OnTheWay());
    REQUIRE(browser.Open("SignInService/Register", form).location.starts_with("/en/confirm-email"));
    v1::ConfirmEmailRequest confirm;
    confirm.set_lang("en");
    confirm.set_code(std::string(StringMember(LastEmail(), "code")));
    confirm.set_return_to(form.return_to());
    REQUIRE(browser.Open("SignInService/ConfirmEmail", confirm)
                .location.starts_with("/oauth2/authorize/continue?"));
    CHECK(SessionMode() == mode);
    CHECK(client->Code(browser, client->Request()).size() == 43);
    CHECK(database_value("SELECT count(*) FROM person WHERE mode = '" + mode + "'") == "2");
  }
}

TEST_CASE_METHOD(TwoWorlds, "Modes: a consent across them gives no token and no claim") {
  REQUIRE(SignInFor(sandbox, kSandboxPassword).http_status == 303);
  auto tokens = sandbox.Redeem(sandbox.TokenRequest(sandbox.Code(browser, sandbox.Request())));
  REQUIRE(sandbox.UserInfo(tokens->access_token()).ok());
  database_value("UPDATE oauth_client SET mode = 'live'");
  CHECK(absl::IsUnauthenticated(sandbox.UserInfo(tokens->access_token()).status()));
  CHECK(browser.Open(kAuthorize, sandbox.Request()).location.starts_with("/en/sign-in?"));
}

TEST_CASE_METHOD(TwoWorlds, "Modes: pairs from before they were told apart go on, and only they") {
  // As the migration leaves a live person who had agreed to a sandbox client.
  REQUIRE(SignInFor(live, kLivePassword).http_status == 303);
  REQUIRE(live.Code(browser, live.Request()).size() == 43);
  database_value("UPDATE oauth_client SET mode = 'sandbox'");
  CHECK(browser.Open(kAuthorize, live.Request()).location.starts_with("/en/sign-in?"));
  database_value("UPDATE consent SET is_across_modes = true");
  auto tokens = live.Redeem(live.TokenRequest(live.Code(browser, live.Request())));
  REQUIRE(tokens.ok());
  CHECK(live.UserInfo(tokens->access_token()).ok());
  // Also in another browser, unless the address has an account of the client's mode by now.
  browser.cookies.clear();
  CHECK(SignInFor(live, kLivePassword).http_status == 422);
  database_value("UPDATE person SET erased_at = now(), key_sealed = NULL WHERE mode = 'sandbox'");
  CHECK(SignInFor(live, kLivePassword).http_status == 303);
  v1::ShowSignInRequest page;
  page.set_lang("en");
  page.set_return_to(live.OnTheWay());
  CHECK(browser.Open("SignInService/ShowSignIn", page)
            .location.starts_with("/oauth2/authorize/continue?"));
  CHECK(live.Code(browser, live.Request()).size() == 43);
  // Also when the client asks anew, under other words.
  database_value("UPDATE oauth_client SET revision = revision + 1");
  CHECK(browser.Open(kAuthorize, live.Request()).location.starts_with("/en/consent?"));
  CHECK(live.Code(browser, live.Request()).size() == 43);
  CHECK(database_value("SELECT count(*) FROM consent WHERE is_across_modes") == "2");
  // Not after it was withdrawn.
  database_value("UPDATE consent SET withdrawn_at = now() WHERE withdrawn_at IS NULL");
  CHECK(browser.Open(kAuthorize, live.Request()).location.starts_with("/en/sign-in?"));
}

TEST_CASE_METHOD(TwoWorlds,
                 "Modes: without a client either account signs in, the default's first") {
  CHECK(browser.SignIn(kEmail, kLivePassword).http_status == 303);
  CHECK(SessionMode() == "live");
  CHECK(browser.SignIn(kEmail, kSandboxPassword).http_status == 422);
  NewPerson("kim@example.test", kSandboxPassword, "sandbox");
  CHECK(browser.SignIn("kim@example.test", kSandboxPassword).http_status == 303);
  CHECK(SessionMode() == "sandbox");
}

}  // namespace
}  // namespace tamarack::identity
