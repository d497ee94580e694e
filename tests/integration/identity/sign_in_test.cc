#include "tests/integration/identity/browser.h"

#include <catch2/catch.hpp>

// Goal: people register and sign in; strangers learn nothing and get no further. Method: as
// code_flow_test.cc; the code is read from the queued email.
namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";

struct SignInWorld : World {
  Browser browser{*this};

  PageAnswer Register(const std::string& email,
                      const std::string& password = "a walk in the woods") {
    v1::RegisterRequest request;
    request.set_lang("fr");
    request.set_email(email);
    request.set_password(password);
    request.set_given_name(" Zoé ");
    request.set_family_name("Exemple");
    request.set_return_to("/fr/somewhere?x=1");
    return browser.Open("SignInService/Register", request);
  }
  PageAnswer Confirm(const std::string& code) {
    v1::ConfirmEmailRequest request;
    request.set_lang("fr");
    request.set_code(code);
    request.set_return_to("/fr/somewhere?x=1");
    return browser.Open("SignInService/ConfirmEmail", request);
  }
  PageAnswer Resend() {
    v1::ResendCodeRequest request;
    request.set_lang("fr");
    return browser.Open("SignInService/ResendCode", request);
  }
  boost::json::object LastEmail() {
    std::string newest = "FROM email_outbox ORDER BY email_id DESC LIMIT 1";
    std::string id = database_value("SELECT email_id " + newest);
    auto text = keyring.sealer().Open(database_value("SELECT request_sealed " + newest),
                                      "email_outbox/" + id);
    return *crypto::ParseStrictObject(*text);
  }
  std::string LastCode() { return Text(LastEmail(), "code"); }
};

TEST_CASE_METHOD(
    SignInWorld,
    "Register: the code that arrives by email makes the account and signs the person in") {
  PageAnswer answer = Register(" Zoe@Example.Test");
  REQUIRE(answer.location == "/fr/confirm-email?return_to=%2Ffr%2Fsomewhere%3Fx%3D1");
  CHECK(emails_queued == 1);
  auto email = LastEmail();
  CHECK(Text(email, "address") == kEmail);
  CHECK(Text(email, "language") == "fr");
  v1::ShowConfirmEmailRequest show;
  show.set_lang("fr");
  CHECK(browser.Open("SignInService/ShowConfirmEmail", show).Has(kEmail));
  CHECK(database_value("SELECT count(*) FROM person") == "0");

  std::string code = LastCode();
  answer = Confirm(code.substr(0, 3) + " " + code.substr(3));
  CHECK(answer.location == "/fr/somewhere?x=1");
  CHECK(browser.Account("fr").Has("Zoé Exemple"));
  CHECK(database_value("SELECT count(*) FROM registration") == "0");
  // Sent twice, the form leads to sign-in.
  CHECK(Confirm(code).location.starts_with("/fr/sign-in"));
}

TEST_CASE_METHOD(
    SignInWorld,
    "Register: a code is of no use without the browser that asked for it, nor when wrong or old") {
  Register(kEmail);
  std::string code = LastCode();
  std::string wrong = code == "000000" ? "000001" : "000000";
  CHECK(Confirm(wrong).http_status == 422);
  auto cookies = std::exchange(browser.cookies, {});
  CHECK(Confirm(code).location.starts_with("/fr/sign-in"));
  browser.cookies = cookies;
  SECTION("too late") {
    host.database().Execute(
        "UPDATE registration SET code_expires_at = now() - interval '1 second'");
    CHECK(Confirm(code).Has("expiré"));
  }
  SECTION("too often") {
    for (int i = 0; i < 9; ++i) Confirm(wrong);
    CHECK(Confirm(code).http_status == 422);
    REQUIRE(Resend().location.starts_with("/fr/confirm-email"));
    CHECK(Confirm(code).http_status == (LastCode() == code ? 303 : 422));
    CHECK(Confirm(LastCode()).http_status == 303);
  }
  SECTION("resent too often") {
    for (int i = 0; i < 5; ++i) CHECK(Resend().http_status == 303);
    CHECK(Resend().http_status == 429);
  }
}

TEST_CASE_METHOD(
    SignInWorld,
    "Register: an address with an account looks the same until its owner shows the code") {
  NewPerson(kEmail);
  CHECK(Register(kEmail).location.starts_with("/fr/confirm-email"));
  CHECK(Confirm(LastCode()).location.starts_with("/fr/sign-in?return_to="));
  CHECK(!browser.cookies.contains("__host-tamarack-session"));
  CHECK(browser.SignIn(kEmail).http_status == 303);
}

TEST_CASE_METHOD(SignInWorld,
                 "Register: wrong fields are named, and the password is never sent back") {
  PageAnswer answer = Register("no address", "short");
  CHECK(answer.http_status == 422);
  CHECK(answer.Has("id=\"email-error\""));
  CHECK(answer.Has("id=\"password-error\""));
  CHECK(!answer.Has("value=\"short\""));
  CHECK(Register(kEmail, "passwordpassword").http_status == 422);
  CHECK(Register(kEmail, std::string(300, 'a')).http_status == 422);
}

TEST_CASE_METHOD(SignInWorld, "Register: no more than five codes to one address in 15 minutes") {
  for (int i = 0; i < 5; ++i) CHECK(Register(kEmail).http_status == 303);
  CHECK(Register(kEmail).http_status == 429);
  CHECK(Register("other@example.test").http_status == 303);
}

TEST_CASE_METHOD(SignInWorld,
                 "Sign-in: a wrong password and an unknown address get the same answer") {
  NewPerson(kEmail);
  PageAnswer wrong = browser.SignIn(kEmail, "another walk in the woods");
  PageAnswer unknown = browser.SignIn("nobody@example.test", "another walk in the woods");
  CHECK(wrong.http_status == 422);
  CHECK(unknown.http_status == 422);
  size_t at = unknown.body.find("nobody@example.test");
  REQUIRE(at != std::string::npos);
  CHECK(unknown.body.replace(at, 19, kEmail) == wrong.body);
  CHECK(!browser.cookies.contains("__host-tamarack-session"));
}

TEST_CASE_METHOD(SignInWorld,
                 "Sign-in: ten wrong passwords shut out that sender, and nobody else") {
  NewPerson(kEmail);
  for (int i = 0; i < 10; ++i) CHECK(browser.SignIn(kEmail, "wrong").http_status == 422);
  CHECK(browser.SignIn(kEmail).http_status == 429);
  v1::SignInRequest elsewhere;
  elsewhere.set_lang("en");
  elsewhere.set_email(kEmail);
  elsewhere.set_password("a walk in the woods");
  testing::Answer answer;
  REQUIRE(Call<google::api::HttpBody>("SignInService/SignIn", elsewhere, "",
                                      {{"x-tamarack-client-ip", "192.0.2.9"}}, &answer)
              .ok());
  CHECK(answer.Http("status") == "303");
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: a right password forgets the wrong ones before it") {
  NewPerson(kEmail);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 8; ++i) CHECK(browser.SignIn(kEmail, "wrong").http_status == 422);
    CHECK(browser.SignIn(kEmail).http_status == 303);
  }
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: tries are counted while Redis is away, too") {
  redis::Client nowhere(host.executor(), "unix:/nonexistent/redis.sock");
  Attempts alone(nowhere);
  for (int i = 0; i < 10; ++i) CHECK(host.Await(alone.Take(kSignIns, "somebody")));
  CHECK(!host.Await(alone.Take(kSignIns, "somebody")));
  CHECK(host.Await(alone.Take(kSignIns, "somebody else")));
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: makes a new session and ends the one before") {
  NewPerson(kEmail);
  browser.SignIn(kEmail);
  std::string first = browser.cookies.at("__host-tamarack-session");
  browser.SignIn(kEmail);
  std::string second = browser.cookies.at("__host-tamarack-session");
  CHECK(first != second);
  CHECK(!ExchangeSession(first).ok());
  CHECK(ExchangeSession(second).ok());
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: leads to this site only") {
  NewPerson(kEmail);
  auto [return_to, location] = GENERATE(table<std::string, std::string>({
      {"/fr/changes/1?x=y", "/fr/changes/1?x=y"},
      {"", "/en/account"},
      {"https://evil.test/", "/en/account"},
      {"//evil.test/", "/en/account"},
      {"/\\evil.test/", "/en/account"},
      {"/\tevil.test", "/en/account"},
      {"javascript:alert(1)", "/en/account"},
  }));
  CHECK(browser.SignIn(kEmail, "a walk in the woods", return_to).location == location);
}

TEST_CASE_METHOD(SignInWorld,
                 "Sign-in: the page names the service that asked, and what it echoes is escaped") {
  RelyingParty ministry(*this);
  v1::ShowSignInRequest show;
  show.set_lang("en");
  show.set_return_to(ToPath(ministry.Request()));
  PageAnswer page = browser.Open("SignInService/ShowSignIn", show);
  CHECK(page.Has("Transportation service"));
  CHECK(page.Has("name=\"csrf_token\" value=\"csrf\""));
  CHECK(page.form_action == "https://ministry.test");
  show.set_return_to("/\"><script>alert(1)</script>");
  CHECK(!browser.Open("SignInService/ShowSignIn", show).Has("<script>alert"));
}

TEST_CASE_METHOD(SignInWorld, "Sign-out: ends the session and forgets the cookie") {
  NewPerson(kEmail);
  browser.SignIn(kEmail);
  std::string cookie = browser.cookies.at("__host-tamarack-session");
  v1::SignOutRequest request;
  request.set_lang("en");
  CHECK(browser.Open("SignInService/SignOut", request).Has("You are signed out"));
  CHECK(!browser.cookies.contains("__host-tamarack-session"));
  CHECK(!ExchangeSession(cookie).ok());
}

}  // namespace
}  // namespace tamarack::identity
