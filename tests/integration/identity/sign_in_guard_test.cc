// Goal: nobody guesses a password or a code, and nobody keeps a person from their own account by
// trying. Method: a stranger's browsers on networks of their own beside the person's.
#include "platform/base/network.h"
#include "tests/integration/identity/sign_in_world.h"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tamarack::identity {
namespace {

constexpr char kPassword[] = "a walk in the woods";

std::string Address(int network) {
  return "198.51.100." + std::to_string(network);
}

struct GuardWorld : SignInWorld {
  Browser stranger{*this};

  // Wrong passwords in a row, as if they had been tried from many networks.
  void SetFailures(const std::string& email, int failures) {
    host.database().Execute(
        "INSERT INTO sign_in_failure (email_index, failures) VALUES ('" +
        keyring.EmailIndex(email) + "', " + std::to_string(failures) +
        ") ON CONFLICT (email_index) DO UPDATE SET failures = excluded.failures");
  }
  // How many registrations of the address go through before one is refused, from networks in turn.
  int RegisterUntilRefused(const std::string& email, const std::vector<std::string>& addresses) {
    int accepted = 0;
    for (const auto& address : addresses) {
      browser.client_ip = address;
      for (int i = 0; i < 50; ++i) {
        if (Register(email).http_status != 303) break;
        ++accepted;
      }
    }
    return accepted;
  }
  bool IsSignedIn(const Browser& who) { return who.cookies.contains("__host-tamarack-session"); }
};

TEST_CASE_METHOD(GuardWorld, "Codes: a stranger who asks for codes does not keep the owner out") {
  auto stranger_uses = GENERATE(
      as<std::vector<std::string>>(), std::vector<std::string>{"192.0.2.66"},
      std::vector<std::string>{"2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::3"});
  // However many addresses of one network: 6 a day.
  CHECK(RegisterUntilRefused(kEmail, stranger_uses) == 6);
  CHECK(browser
            .Open("SignInService/Register",
                  [] {
                    v1::RegisterRequest request;
                    request.set_lang("en");
                    request.set_email("another@example.test");
                    request.set_password(kPassword);
                    request.set_given_name("Zoé");
                    request.set_family_name("Exemple");
                    return request;
                  }())
            .http_status == 303);  // only for that address

  browser.cookies.clear();
  browser.client_ip = "203.0.113.5";
  REQUIRE(Register(kEmail).http_status == 303);
  CHECK(Confirm(LastCode()).location == "/fr/somewhere?x=1");
  CHECK(browser.Account("fr").Has("Zoé Exemple"));
}

TEST_CASE_METHOD(GuardWorld, "Codes: what comes to one address in a day is bounded") {
  NewPerson(kEmail);
  std::vector<std::string> networks;
  for (int i = 0; i < 6; ++i) networks.push_back(Address(i));
  CHECK(RegisterUntilRefused(kEmail, networks) == 24);
  CHECK(emails_queued == 24);
  PageAnswer refused = Register(kEmail);
  CHECK(refused.http_status == 429);
  CHECK(refused.Has("demain"));
  // Registering is one thing, the account another: its owner signs in, by email too.
  CHECK(browser.SignIn(kEmail).location == "/en/account");
  SetFailures(kEmail, FailureRepository::kFailuresMax);
  stranger.client_ip = "203.0.113.5";
  CHECK(stranger.SignIn(kEmail).location.starts_with("/en/confirm-email"));
  CHECK(emails_queued == 25);
}

TEST_CASE_METHOD(GuardWorld, "Codes: one network gets so many in a day, for whatever addresses") {
  for (int i = 0; i < kCodesOfNetwork.max; ++i)
    REQUIRE(host.Await(attempts.Take(kCodesOfNetwork, NetworkOf("2001:db8::7"))));
  browser.client_ip = "2001:db8::8";
  CHECK(Register(kEmail).http_status == 429);
  browser.client_ip = "2001:db8:0:1::8";
  CHECK(Register(kEmail).http_status == 303);
}

TEST_CASE_METHOD(GuardWorld, "Codes: asking for more than one registration gets uses up none") {
  REQUIRE(Register(kEmail).http_status == 303);
  host.database().Execute("UPDATE registration SET sends = 6");  // all that one gets
  for (int i = 0; i < 8; ++i) CHECK(Resend().http_status == 429);
  CHECK(emails_queued == 1);
  for (int i = 0; i < 5; ++i) CHECK(Register(kEmail).http_status == 303);
  CHECK(Register(kEmail).http_status == 429);
}

TEST_CASE_METHOD(GuardWorld, "Codes: what an address is refused costs a network nothing") {
  for (int i = 0; i < kRegistrationCodes.of_address.max; ++i)
    REQUIRE(host.Await(attempts.Take(kRegistrationCodes.of_address, keyring.EmailIndex(kEmail))));
  browser.client_ip = Address(41);
  for (int i = 0; i < 3; ++i) CHECK(Register(kEmail).http_status == 429);
  const std::string network = NetworkOf(Address(41));
  for (int i = 0; i < kCodesOfNetwork.max; ++i)
    REQUIRE(host.Await(attempts.Take(kCodesOfNetwork, network)));
}

TEST_CASE_METHOD(GuardWorld, "Codes: those of the sandbox are counted apart") {
  RelyingParty sandbox(*this, "sandbox");
  browser.client_ip = Address(42);
  auto register_in_sandbox = [&] {
    v1::RegisterRequest request;
    request.set_lang("en");
    request.set_email(kEmail);
    request.set_password(kPassword);
    request.set_given_name("Zoé");
    request.set_family_name("Exemple");
    request.set_return_to(sandbox.OnTheWay());
    return browser.Open("SignInService/Register", request).http_status;
  };
  for (int i = 0; i < 6; ++i) CHECK(register_in_sandbox() == 303);
  CHECK(register_in_sandbox() == 429);
  for (int i = 0; i < kCodesOfNetwork.max; ++i)
    REQUIRE(host.Await(attempts.Take(kCodesOfNetwork, NetworkOf(Address(42)))));
  CHECK(Register(kEmail).http_status == 429);  // the live world's own are used up now
  browser.client_ip = Address(43);
  CHECK(Register(kEmail).http_status == 303);
}

TEST_CASE_METHOD(GuardWorld,
                 "Sign-in: old failures are forgotten a few at a time, accounts' stand") {
  host.database().Execute(
      "INSERT INTO person (person_id, subject, email_index, key_sealed, profile_sealed, "
      "password_hash, language) SELECT gen_random_uuid(), n::text, 'account ' || n, '', '', '', "
      "'en' FROM generate_series(1, 30) n");
  host.database().Execute(
      "INSERT INTO sign_in_failure (email_index, failures, failed_at) "
      "SELECT 'account ' || n, 7, now() - interval '40 days' FROM generate_series(1, 30) n UNION "
      "ALL "
      "SELECT 'nobody ' || n, 7, now() - interval '35 days' FROM generate_series(1, 15) n");
  auto old = [&](const std::string& whose) {
    return database_value("SELECT count(*) FROM sign_in_failure WHERE email_index LIKE '" + whose +
                          " %' AND failed_at < now() - interval '30 days'");
  };
  auto forget = [&](int count) {
    CHECK(host.Await(failures.Forgetting().batch(10)).value() == count);
  };
  REQUIRE(host.Await(failures.Take("somebody")).ok());
  forget(10);
  CHECK(old("account") == "20");  // no more are looked at, and none twice
  CHECK(old("nobody") == "15");
  for (int left : {10, 10, 10, 5, 0}) forget(left);
  CHECK(old("account") == "0");
  CHECK(old("nobody") == "0");
  CHECK(database_value("SELECT count(*) || ' ' || min(failures) FROM sign_in_failure WHERE "
                       "email_index LIKE 'account %'") == "30 7");
  CHECK(database_value("SELECT count(*) FROM sign_in_failure WHERE email_index LIKE 'nobody %'") ==
        "0");
}

TEST_CASE_METHOD(GuardWorld, "Codes: what could not be sent, and tried, counts for nothing") {
  NewPerson(kEmail);
  auto table = GENERATE(as<std::string>(), "registration", "sign_in_failure");
  host.database().Execute("ALTER TABLE " + table + " RENAME TO away");
  for (int i = 0; i < 12; ++i) {
    if (table == "registration") CHECK(!Register("bob@example.test").status.ok());
    if (table == "sign_in_failure") CHECK(!browser.SignIn(kEmail).status.ok());
  }
  host.database().Execute("ALTER TABLE away RENAME TO " + table);
  CHECK(Register("bob@example.test").http_status == 303);
  CHECK(browser.SignIn(kEmail).http_status == 303);
}

TEST_CASE_METHOD(GuardWorld,
                 "Codes: the last wrong one says what to do, for none counts any more") {
  Register(kEmail);
  std::string wrong = LastCode() == "00000000" ? "00000001" : "00000000";
  for (int i = 0; i < 4; ++i) CHECK(Confirm(wrong).Has("Inscrivez de nouveau le code"));
  for (int i = 0; i < 2; ++i) {
    PageAnswer answer = Confirm(wrong);
    CHECK(!answer.Has("Inscrivez de nouveau le code"));
    CHECK(answer.Has("Demandez un nouveau code"));
  }
}

TEST_CASE_METHOD(GuardWorld, "Codes: who gets no more is told so where they are asked for") {
  Register(kEmail);
  for (int i = 0; i < 5; ++i) REQUIRE(Resend().http_status == 303);
  std::string code = LastCode();
  PageAnswer refused = Resend();
  CHECK(refused.http_status == 429);
  CHECK(refused.Has("id=\"resend-error\""));
  CHECK(!refused.Has("id=\"code-error\""));
  CHECK(refused.Has("Le dernier code envoyé reste valide pendant 15\u00a0minutes"));
  CHECK(Confirm(code).http_status == 303);
}

TEST_CASE_METHOD(GuardWorld, "Codes: five tries, of which the last is one") {
  auto [wrong_ones, status] = GENERATE(table<int, int>({{4, 303}, {5, 422}}));
  Register(kEmail);
  std::string code = LastCode();
  CHECK(code.size() == 8);
  std::string wrong = code == "00000000" ? "00000001" : "00000000";
  for (int i = 0; i < wrong_ones; ++i) CHECK(Confirm(wrong).http_status == 422);
  CHECK(Confirm(code).http_status == status);
}

TEST_CASE_METHOD(GuardWorld,
                 "Sign-in: after 100 wrong passwords in a row the account takes a known device") {
  NewPerson(kEmail);
  REQUIRE(browser.SignIn(kEmail).http_status == 303);
  // From one network after the other, as one alone is stopped earlier.
  SetFailures(kEmail, FailureRepository::kFailuresMax - 2);
  for (int network : {1, 2}) {
    stranger.client_ip = Address(network);
    CHECK(stranger.SignIn(kEmail, "wrong").http_status == 422);
  }
  stranger.client_ip = Address(3);
  SECTION("neither a wrong nor the right password does on another") {
    for (const char* password : {"wrong", kPassword}) {
      PageAnswer answer = stranger.SignIn(kEmail, password, "/en/somewhere");
      CHECK(answer.location == "/en/confirm-email?return_to=%2Fen%2Fsomewhere");
      CHECK(!IsSignedIn(stranger));
    }
    v1::ShowConfirmEmailRequest show;
    show.set_lang("en");
    PageAnswer page = stranger.Open("SignInService/ShowConfirmEmail", show);
    CHECK(page.Has("Many wrong passwords"));
    CHECK(page.Has(kEmail));
  }
  SECTION("the person goes on on theirs, as if nothing were") {
    auto session = browser.cookies.at("__host-tamarack-session");
    CHECK(browser.SignIn(kEmail).location == "/en/account");
    CHECK(browser.cookies.at("__host-tamarack-session") != session);
    CHECK(emails_queued == 0);
  }
  SECTION("whoever reads the address's mail makes another one known, and needs the password yet") {
    CHECK(stranger.SignIn(kEmail).location == "/en/confirm-email");
    std::swap(browser.cookies, stranger.cookies);
    PageAnswer confirmed = Confirm(LastCode());
    CHECK(confirmed.location.starts_with("/fr/sign-in?"));
    CHECK(confirmed.Param("device_confirmed") == "true");
    CHECK(!IsSignedIn(browser));
    CHECK(browser.SignIn(kEmail, "wrong").http_status == 422);
    CHECK(browser.SignIn(kEmail).location == "/en/account");
    CHECK(IsSignedIn(browser));
  }
  SECTION("a sign-in begins the count anew") {
    CHECK(browser.SignIn(kEmail).http_status == 303);
    CHECK(stranger.SignIn(kEmail).location == "/en/account");
  }
  SECTION("losing Redis forgets nothing of it") {
    REQUIRE(host.Await(redis.Command("FLUSHALL")).ok());
    CHECK(stranger.SignIn(kEmail).location == "/en/confirm-email");
  }
}

TEST_CASE_METHOD(GuardWorld,
                 "Sign-in: an address without an account looks the same when attacked") {
  NewPerson(kEmail);
  const std::string nobody = "bob@example.test";  // as long
  for (const std::string& email : {std::string(kEmail), nobody})
    SetFailures(email, FailureRepository::kFailuresMax);
  v1::ShowConfirmEmailRequest show;
  show.set_lang("en");
  std::vector<std::string> bodies;
  for (const std::string& email : {std::string(kEmail), nobody}) {
    Browser browser_of(*this);
    CHECK(browser_of.SignIn(email).location == "/en/confirm-email");
    std::string body = browser_of.Open("SignInService/ShowConfirmEmail", show).body;
    size_t at = body.find(email);
    REQUIRE(at != std::string::npos);
    bodies.push_back(body.replace(at, email.size(), ""));
    v1::ResendCodeRequest resend;
    resend.set_lang("en");
    CHECK(browser_of.Open("SignInService/ResendCode", resend).http_status == 303);
  }
  CHECK(bodies[0] == bodies[1]);
  // Nobody gets mail about an account that is not there.
  CHECK(emails_queued == 2);
  CHECK(Text(LastEmail(), "address") == kEmail);
}

TEST_CASE_METHOD(GuardWorld, "Sign-in: a network has so many wrong passwords for all accounts") {
  NewPerson(kEmail);
  browser.client_ip = "2001:db8::1";
  REQUIRE(browser.SignIn(kEmail).http_status == 303);
  for (int i = 0; i < kSignInsOfNetwork.max - 1; ++i)
    REQUIRE(host.Await(attempts.Take(kSignInsOfNetwork, NetworkOf("2001:db8::2"))));
  stranger.client_ip = "2001:db8::3";
  // Right ones count for nothing.
  for (int i = 0; i < 3; ++i) {
    stranger.cookies.clear();
    CHECK(stranger.SignIn(kEmail).http_status == 303);
  }
  stranger.cookies.clear();
  CHECK(stranger.SignIn("bob@example.test", "wrong").http_status == 422);
  stranger.client_ip = "2001:db8::4";
  CHECK(stranger.SignIn(kEmail).http_status == 429);
  stranger.client_ip = "2001:db8:0:1::4";  // another /64
  CHECK(stranger.SignIn(kEmail).http_status == 303);
  // Known devices are not counted with their network.
  CHECK(browser.SignIn(kEmail).http_status == 303);
}

TEST_CASE_METHOD(GuardWorld,
                 "Sign-in: a known device is one account's, and for ten wrong passwords") {
  NewPerson(kEmail);
  NewPerson("bob@example.test");
  REQUIRE(browser.SignIn(kEmail).http_status == 303);
  SetFailures(kEmail, FailureRepository::kFailuresMax);
  SetFailures("bob@example.test", FailureRepository::kFailuresMax);
  CHECK(browser.SignIn("bob@example.test").location.starts_with("/en/confirm-email"));
  for (int i = 0; i < 9; ++i) CHECK(browser.SignIn(kEmail, "wrong").http_status == 422);
  CHECK(browser.SignIn(kEmail).http_status == 303);  // and counts anew
  SetFailures(kEmail, FailureRepository::kFailuresMax);
  for (int i = 0; i < 10; ++i) CHECK(browser.SignIn(kEmail, "wrong").http_status == 422);
  CHECK(browser.SignIn(kEmail).location.starts_with("/en/confirm-email"));
}

TEST_CASE_METHOD(GuardWorld,
                 "Sign-in: a device cookie that is not ours is nothing, and is replaced") {
  NewPerson(kEmail);
  SetFailures(kEmail, FailureRepository::kFailuresMax);
  auto forged = GENERATE(as<std::string>(), std::string(43, 'x'), "x", std::string(5000, 'x'));
  browser.cookies["__host-tamarack-device"] = forged;
  CHECK(browser.SignIn(kEmail).location.starts_with("/en/confirm-email"));
  SetFailures(kEmail, 0);
  CHECK(browser.SignIn(kEmail).location == "/en/account");
  CHECK(browser.cookies.at("__host-tamarack-device") != forged);
  CHECK(database_value("SELECT count(*) FROM known_device WHERE device_sha256 = '" +
                       crypto::Sha256Hex(browser.cookies.at("__host-tamarack-device")) + "'") ==
        "1");
}

TEST_CASE_METHOD(GuardWorld, "Account: devices that nobody used for a year are forgotten") {
  host.database().Execute(
      "INSERT INTO person (person_id, subject, key_sealed, profile_sealed, password_hash, "
      "language) "
      "VALUES (gen_random_uuid(), 's', '', '', '', 'en'); "
      "INSERT INTO known_device (device_sha256, person_id, used_at) SELECT n, person_id, now() - "
      "n * interval '15 days' FROM person, generate_series(1, 30) n");
  CHECK(host.Await(devices.Forgetting().batch(4)).value() == 4);
  CHECK(host.Await(devices.Forgetting().batch(4)).value() == 2);
  CHECK(database_value("SELECT count(*) FROM known_device") == "24");
}

TEST_CASE_METHOD(GuardWorld, "Account: devices are forgotten when the person says so") {
  NewPerson(kEmail);
  browser.SignIn(kEmail);
  stranger.SignIn(kEmail);
  CHECK(database_value("SELECT count(*) FROM known_device") == "2");
  CHECK(browser.Account().Has("id=\"forget-devices\""));
  v1::ForgetDevicesRequest forget;
  forget.set_lang("en");
  CHECK(browser.Open("AccountService/ForgetDevices", forget, true).location ==
        "/en/account?devices_forgotten=true");
  CHECK(database_value("SELECT count(*) FROM known_device") == "0");
  CHECK(!browser.Account().Has("id=\"forget-devices\""));
  SetFailures(kEmail, FailureRepository::kFailuresMax);
  CHECK(browser.SignIn(kEmail).location.starts_with("/en/confirm-email"));
}

TEST_CASE_METHOD(GuardWorld, "Account: no more than 20 devices are known, the latest ones") {
  NewPerson(kEmail);
  std::string person_id = database_value("SELECT person_id FROM person");
  std::string first = *host.Await(devices.Confirm("", person_id));
  std::string last;
  for (int i = 0; i < DeviceRepository::kDevicesMax; ++i)
    last = *host.Await(devices.Confirm("", person_id));
  CHECK(*host.Await(devices.Count(person_id)) == DeviceRepository::kDevicesMax);
  CHECK(!*host.Await(devices.Try(first, keyring.EmailIndexes(kEmail))));
  CHECK(*host.Await(devices.Try(last, keyring.EmailIndexes(kEmail))));
}

TEST_CASE_METHOD(GuardWorld, "Confirm: eight people at once, on fewer connections than that") {
  std::vector<std::unique_ptr<Browser>> browsers;
  std::vector<std::string> codes;
  for (int i = 0; i < 8; ++i) {
    Register("person" + std::to_string(i) + "@example.test");
    codes.push_back(LastCode());
    browsers.push_back(std::make_unique<Browser>(*this));
    browsers.back()->cookies = browser.cookies;
  }
  std::vector<std::future<PageAnswer>> answers;
  for (size_t i = 0; i < browsers.size(); ++i) {
    answers.push_back(std::async(std::launch::async, [&, i] {
      v1::ConfirmEmailRequest request;
      request.set_lang("fr");
      request.set_code(codes[i]);
      return browsers[i]->Open("SignInService/ConfirmEmail", request);
    }));
  }
  for (auto& answer : answers) CHECK(answer.get().location == "/fr/account");
  CHECK(database_value("SELECT count(*) FROM person") == "8");
}

TEST_CASE_METHOD(GuardWorld,
                 "Confirm: the form sent twice at once is as if sent one after the other") {
  for (int round = 0; round < 8; ++round) {
    browser.cookies.clear();
    Register("person" + std::to_string(round) + "@example.test");
    v1::ConfirmEmailRequest request;
    request.set_lang("fr");
    request.set_code(LastCode());
    std::vector<Browser> twice{browser, browser, browser};
    std::vector<std::future<PageAnswer>> answers;
    for (auto& one : twice) {
      answers.push_back(std::async(
          std::launch::async, [&] { return one.Open("SignInService/ConfirmEmail", request); }));
    }
    for (auto& answer : answers) CHECK(answer.get().http_status == 303);
  }
  CHECK(database_value("SELECT count(*) FROM person") == "8");
}

}  // namespace
}  // namespace tamarack::identity
