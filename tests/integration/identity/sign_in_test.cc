#include "platform/crypto/password.h"
#include "tests/integration/identity/sign_in_world.h"

#include <catch2/catch.hpp>

// Goal: people register and sign in; strangers learn nothing and get no further. Method: as
// code_flow_test.cc; the code is read from the queued email.
namespace tamarack::identity {
namespace {

TEST_CASE_METHOD(
    SignInWorld,
    "Register: the code that arrives by email makes the account and signs the person in") {
  PageAnswer answer = Register(" zoe@Example.Test\u200b");
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
  std::string wrong = code == "00000000" ? "00000001" : "00000000";
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
    for (int i = 0; i < 4; ++i) Confirm(wrong);
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
  // Nothing that is pasted is cut before it gets here.
  CHECK(!answer.Has("maxlength"));
}

TEST_CASE_METHOD(SignInWorld, "Register: an address that cannot be mailed is told at its field") {
  for (const char* email : {"marie.@example.com", "m..b@example.com", "a(b)@example.com",
                            "person@localhost", "zo\u00e9@exemple.ca", "a@b", "a b@example.com"}) {
    CAPTURE(email);
    PageAnswer answer = Register(email);
    CHECK(answer.http_status == 422);
    CHECK(answer.Has("id=\"email-error\""));
  }
  CHECK(emails_queued == 0);
  CHECK(Register(" \u00a0zoe@example.test\u200b ").http_status == 303);
  CHECK(Text(LastEmail(), "address") == kEmail);
}

TEST_CASE_METHOD(SignInWorld, "Register: a name is what people see of it, counted in characters") {
  auto repeat = [](const std::string& character, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += character;
    return text;
  };
  for (const std::string& blank :
       {std::string(), std::string(" "), std::string("\u00a0"), std::string("\u3000 "),
        std::string("\u2800"), std::string("\u200b\u3164")}) {
    PageAnswer answer = Register(kEmail, "a walk in the woods", blank, blank);
    CHECK(answer.http_status == 422);
    CHECK(answer.Has("Inscrivez votre nom"));
    CHECK(answer.Has("Si vous n’avez qu’un seul nom, inscrivez-le ici"));
    // People with one name.
    std::string mailbox = std::to_string(blank.size()) + "@example.test";
    CHECK(Register("f" + mailbox, "a walk in the woods", blank, "Suharto").http_status == 303);
    CHECK(Register("g" + mailbox, "a walk in the woods", "Björk", blank).http_status == 303);
  }
  for (const std::string& name : {repeat("ᐊ", 70), repeat("é", 100), repeat("👩", 100)})
    CHECK(Register("a" + std::to_string(name.size()) + "@example.test", "a walk in the woods", name)
              .http_status == 303);
  for (int characters : {101, 20'000}) {  // told on the form, however long
    PageAnswer long_name = Register(kEmail, "a walk in the woods", repeat("ᐊ", characters));
    CHECK(long_name.http_status == 422);
    CHECK(long_name.Has("100\u00a0caractères"));
  }
  for (const char* name : {"Zo\u202ee", "Zo\x07\u0065", "Zo\u2067e\u200f e"}) {
    PageAnswer answer = Register(kEmail, "a walk in the woods", name);
    CHECK(answer.http_status == 422);
    CHECK(answer.Has("id=\"given-name-error\""));
    CHECK(Register(kEmail, "a walk in the woods", "", name).Has("id=\"family-name-error\""));
  }
}

TEST_CASE_METHOD(SignInWorld, "Register: the code is found in whatever was pasted, or asked for") {
  Register(kEmail);
  std::string code = LastCode();
  for (int i = 0; i < 12; ++i) {
    PageAnswer answer = Confirm("15 minutes");  // not a try: no code was given
    CHECK(answer.http_status == 422);
    CHECK(answer.Has("seulement les 8\u00a0chiffres"));
    CHECK(!answer.Has("maxlength"));
  }
  CHECK(Confirm("Votre code de confirmation est :\n\n" + code +
                "\n\nIl est valide pendant 15 minutes.")
            .location == "/fr/somewhere?x=1");
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: a password is the same however its accents are composed") {
  struct {
    const char* composed;
    const char* decomposed;
  } const cases[] = {
      {"\u00e9t\u00e9 \u00e0 Sudbury !", "e\u0301te\u0301 a\u0300 Sudbury !"},
      {"la for\u00eat de No\u00ebl", "la fore\u0302t de Noe\u0308l"},
      {"un bel \u00e9t\u00e9\u00a0par ici", "un bel e\u0301te\u0301\u3000par ici"},
  };
  int number = 0;
  for (const auto& [composed, decomposed] : cases) {
    std::string email = "zoe" + std::to_string(++number) + "@example.test";
    CAPTURE(email);
    NewPerson(email, composed);
    CHECK(browser.SignIn(email, composed).http_status == 303);
    CHECK(browser.SignIn(email, decomposed).http_status == 303);
    // As it was hashed before there was a normal form.
    auto of_person = " WHERE email_index = '" + keyring.EmailIndex(email) + "'";
    host.database().Execute("UPDATE person SET password_hash = '" +
                            *crypto::HashPassword(decomposed) + "'" + of_person);
    CHECK(browser.SignIn(email, composed).http_status == 422);
    CHECK(browser.SignIn(email, decomposed).http_status == 303);
    CHECK(browser.SignIn(email, composed).http_status == 303);
    CHECK(browser.SignIn(email, decomposed).http_status == 303);
    CHECK(browser.SignIn(email, "un bel ete ici et la").http_status == 422);
  }
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: an account is found by its address however it is typed") {
  NewPerson(kEmail);
  for (const char* typed :
       {"ZOE@EXAMPLE.TEST", " zoe@example.test ", "\u200bZoe@example.test\u00a0"})
    CHECK(browser.SignIn(typed).http_status == 303);
  // From the time when such an address was taken.
  host.database().Execute("UPDATE person SET email_index = '" +
                          keyring.EmailIndex("person@localhost") + "'");
  CHECK(browser.SignIn("Person@Localhost").http_status == 303);
  // And when a domain in ASCII stayed as it was typed.
  host.database().Execute("UPDATE person SET email_index = '" +
                          keyring.EmailIndex("zoe@xn--qubec-csa.test") + "'");
  for (const char* typed : {"zoe@xn--qubec-csa.test", "Zoe@Québec.test"})
    CHECK(browser.SignIn(typed).http_status == 303);
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: fass.test and faß.test are two people's domains") {
  NewPerson("zoe@fass.test");
  CHECK(browser.SignIn("zoe@faß.test").http_status == 422);
  NewPerson("zoe@xn--fa-hia.test", "another walk in the woods");
  CHECK(browser.SignIn("zoe@faß.test", "another walk in the woods").http_status == 303);
  CHECK(browser.SignIn("zoe@fass.test", "another walk in the woods").http_status == 422);
  CHECK(browser.SignIn("zoe@fass.test").http_status == 303);

  Register("yao@faß.test");
  CHECK(Text(LastEmail(), "address") == "yao@faß.test");
  Register("yao@xn--fa-hia.test");
  CHECK(Text(LastEmail(), "address") == "yao@faß.test");
}

TEST_CASE_METHOD(
    SignInWorld,
    "Sign-in: an account whose mail was confirmed at another domain is found no more") {
  const char* email = GENERATE("zoe@faß.test", "zoe@βόλος.test", "zoe@ශ්\u200dරී.test");
  NewPerson(email);
  REQUIRE(browser.SignIn(email).http_status == 303);
  // As it was found when the code for it went to `fass.test`.
  host.database().Execute("UPDATE person SET email_index = '" + keyring.EmailIndex(email) + "'");
  CHECK(browser.SignIn(email).http_status == 422);
  NewPerson(email, "another walk in the woods");
  CHECK(browser.SignIn(email, "another walk in the woods").http_status == 303);
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: whoever is signed in goes on, unless asked to do it anew") {
  NewPerson(kEmail);
  RelyingParty ministry(*this);
  v1::ShowSignInRequest show;
  show.set_lang("fr");
  show.set_return_to("/fr/address");
  auto open = [&] { return browser.Open("SignInService/ShowSignIn", show); };
  v1::ShowRegisterRequest registering;
  registering.set_lang("fr");
  registering.set_return_to("/fr/address");
  auto open_register = [&] { return browser.Open("SignInService/ShowRegister", registering); };
  CHECK(open().http_status == 200);
  CHECK(open_register().http_status == 200);
  browser.SignIn(kEmail);
  CHECK(open_register().http_status == 303);
  CHECK(open_register().location == "/fr/address");
  CHECK(open().http_status == 303);
  CHECK(open().location == "/fr/address");
  show.set_return_to("https://evil.test/");
  CHECK(open().location == "/fr/account");
  show.set_return_to(ministry.OnTheWay());
  CHECK(open().location.starts_with("/oauth2/authorize/continue?"));
  show.set_has_account(true);
  CHECK(open().http_status == 200);
  show.clear_has_account();
  browser.cookies["__host-tamarack-session"] = std::string(43, 'x');
  CHECK(open().http_status == 200);
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
  for (int i = 0; i < 10; ++i) CHECK(host.Await(alone.Take(kSignInsOfPair, "somebody")));
  CHECK(!host.Await(alone.Take(kSignInsOfPair, "somebody")));
  CHECK(host.Await(alone.Take(kSignInsOfPair, "somebody else")));
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
      {"/en/changes/1?x=y", "/en/changes/1?x=y"},
      {"/fr/changes/1?x=y", "/en/changes/1?x=y"},  // in the language that was chosen meanwhile
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
  show.set_return_to(ministry.OnTheWay());
  PageAnswer page = browser.Open("SignInService/ShowSignIn", show);
  CHECK(page.Has("Transportation service"));
  CHECK(page.Has("name=\"csrf_token\" value=\"csrf\""));
  show.set_return_to("/\"><script>alert(1)</script>");
  CHECK(!browser.Open("SignInService/ShowSignIn", show).Has("<script>alert"));
}

TEST_CASE_METHOD(SignInWorld, "Sign-in: whoever was signed in before an upgrade still is") {
  NewPerson(kEmail);
  std::string person_id = database_value("SELECT person_id FROM person");
  std::string cookie(43, 'c');
  std::string stored = "{\"person_id\":\"" + person_id +
                       "\",\"mode\":\"live\",\"language\":\"en\",\"auth_time\":" +
                       std::to_string(issuer.NowSeconds() - 60) + "}";
  auto key = "identity:session:" + crypto::Base64UrlEncode(crypto::Sha256(cookie));
  REQUIRE(host.Await(redis.Command("SET", key, stored)).ok());
  auto token = ExchangeSession(cookie);
  REQUIRE(token.ok());
  CHECK(Principal(token->access_token())->auth_time_seconds <= issuer.NowSeconds() - 60);
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
