// Goal: what a person's authorization gave ends with its grant, alone and for good; and a code is
// used up by whoever it was made for, not by whoever tries. Method: all of identity over real gRPC,
// PostgreSQL and Redis; one person, two ministries.
#include "platform/auth/revocations.h"
#include "platform/crypto/jws.h"
#include "tests/integration/identity/browser.h"
#include "tests/support/eventually.h"
#include "tests/support/proof.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>

#include <memory>

namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";

struct Grants : World {
  RelyingParty ministry{*this};
  RelyingParty other{*this};
  Browser browser{*this};

  Grants() {
    NewPerson(kEmail);
    browser.SignIn(kEmail);
  }
  std::string Code(RelyingParty& to) { return to.Code(browser, to.Request()); }
  std::string Token(RelyingParty& to) {
    auto tokens = to.Redeem(to.TokenRequest(Code(to)));
    REQUIRE(tokens.ok());
    return tokens->access_token();
  }
  std::string GrantOf(const std::string& token) { return ClientPrincipal(token)->grant_id; }
  // Whether it is good everywhere, and not good anywhere, at once.
  bool IsGood(const std::string& token) {
    bool is_good = ministry.UserInfo(token).ok();
    CHECK(ExchangeBearer(token, {"payments"}).ok() == is_good);
    return is_good;
  }
  void Withdraw() {
    v1::WithdrawConsentRequest withdraw;
    withdraw.set_lang("en");
    withdraw.set_consent_id(database_value(
        "SELECT consent_id FROM consent WHERE withdrawn_at IS NULL AND client_id = '" +
        ministry.client.client().client_id() + "'"));
    REQUIRE(browser.Open("AccountService/WithdrawConsent", withdraw, true).location ==
            "/en/account?withdrawn=true");
  }
};

TEST_CASE_METHOD(Grants, "Grants: a person's token names its own, which nobody else is told") {
  std::string first = Token(ministry), second = Token(ministry), elsewhere = Token(other);
  std::set<std::string> ids{GrantOf(first), GrantOf(second), GrantOf(elsewhere)};
  CHECK(ids.size() == 3);
  CHECK(!ids.contains(""));
  CHECK(database_value("SELECT count(DISTINCT session_id) || ' ' || count(DISTINCT subject) FROM "
                       "oauth_grant WHERE redeemed_at IS NOT NULL") == "1 2");
  const std::string owner = other.client.client().ministry_id();
  for (const Target& target : {Target{"fishing", owner}, Target{"payments"}}) {
    auto exchanged = ExchangeBearer(first, target);
    REQUIRE(exchanged.ok());
    CHECK(Principal(exchanged->access_token(), target.audience)->grant_id.empty());
    CHECK(exchanged->access_token().find(GrantOf(first)) == std::string::npos);
  }
  CHECK(Principal(ExchangeBearer(first)->access_token())->grant_id == GrantOf(first));
  auto own = ClientToken(ministry.client.client().client_id(), ministry.client.client_secret());
  CHECK(GrantOf(own->access_token()).empty());
}

TEST_CASE_METHOD(Grants, "Grants: a code's reuse revokes its own and no other, for good") {
  std::string earlier = Token(ministry);
  auto request = ministry.TokenRequest(Code(ministry));
  auto tokens = ministry.Redeem(request);
  REQUIRE(tokens.ok());
  CHECK(IsGood(tokens->access_token()));
  CHECK(absl::IsInvalidArgument(ministry.Redeem(request).status()));
  CHECK(!IsGood(tokens->access_token()));
  CHECK(IsGood(earlier));
  // Neither a new sign-in nor the loss of Redis revives it.
  REQUIRE(host.Await(redis.Command("FLUSHALL")).ok());
  browser.SignIn(kEmail);
  CHECK(IsGood(Token(ministry)));
  CHECK(!IsGood(tokens->access_token()));
}

TEST_CASE_METHOD(Grants, "Grants: of a code that comes twice at once, one is taken and revoked") {
  using namespace boost::asio::experimental::awaitable_operators;
  Code(ministry);
  std::string id = database_value("SELECT grant_id FROM oauth_grant");
  auto [first, second] = host.Await(grants.Redeem(id, {}) && grants.Redeem(id, {}));
  CHECK(first.ok() != second.ok());
  CHECK(absl::IsAlreadyExists(first.ok() ? second : first));
  CHECK(database_value("SELECT revoked_at IS NOT NULL FROM oauth_grant") == "t");
}

TEST_CASE_METHOD(Grants, "Codes: a wrong try burns none, nor revokes what was given") {
  auto key = *crypto::Key::Generate(crypto::Algorithm::kEs256);
  auto authorize = ministry.Request();
  authorize.set_dpop_jkt(key.kid());
  auto request = ministry.TokenRequest(ministry.Code(browser, authorize));
  auto redeem = [&](const v1::TokenRequest& with, const crypto::Key* by) {
    std::map<std::string, std::string> metadata;
    if (by != nullptr)
      metadata["x-tamarack-header-dpop"] =
          testing::MakeProof(*by, "POST", std::string(testing::kTestIssuer) + "/oauth2/token", "",
                             issuer.NowSeconds());
    return Call<v1::TokenResponse>("TokenService/Token", with, "", metadata);
  };
  auto try_wrongly = [&] {
    auto wrong = request;
    wrong.set_code_verifier(std::string(43, 'a'));
    CHECK(absl::IsInvalidArgument(redeem(wrong, &key).status()));
    wrong = request;
    wrong.set_redirect_uri("https://ministry.test/other");
    CHECK(absl::IsInvalidArgument(redeem(wrong, &key).status()));
    auto stranger = *crypto::Key::Generate(crypto::Algorithm::kEs256);
    CHECK(absl::IsInvalidArgument(redeem(request, &stranger).status()));
    CHECK(absl::IsInvalidArgument(redeem(request, nullptr).status()));
    CHECK(absl::IsInvalidArgument(redeem(other.TokenRequest(request.code()), &key).status()));
  };
  try_wrongly();
  auto tokens = redeem(request, &key);
  REQUIRE(tokens.ok());
  CHECK(database_value("SELECT jkt FROM oauth_grant") == key.kid());
  try_wrongly();
  CHECK(database_value("SELECT count(*) FROM oauth_grant WHERE revoked_at IS NULL") == "1");
}

TEST_CASE_METHOD(Grants, "Codes: good for a minute, whatever becomes of Redis") {
  std::string lost = Code(ministry), late = Code(ministry);
  REQUIRE(host.Await(redis.Command("FLUSHALL")).ok());
  CHECK(ministry.Redeem(ministry.TokenRequest(lost)).ok());
  CHECK(database_value("SELECT max(code_expires_at - created_at) FROM oauth_grant") == "00:01:00");
  database_value("UPDATE oauth_grant SET code_expires_at = now()");
  CHECK(absl::IsInvalidArgument(ministry.Redeem(ministry.TokenRequest(late)).status()));
}

TEST_CASE_METHOD(Grants, "Grants: withdrawing the consent revokes all under it, for good") {
  std::string token = Token(ministry), elsewhere = Token(other), code = Code(ministry);
  Withdraw();
  CHECK(!ministry.UserInfo(token).ok());
  CHECK(!ExchangeBearer(token).ok());
  CHECK(absl::IsInvalidArgument(ministry.Redeem(ministry.TokenRequest(code)).status()));
  CHECK(other.UserInfo(elsewhere).ok());
  // Agreeing anew gives new tokens, and nothing back to the old ones.
  CHECK(IsGood(Token(ministry)));
  CHECK(!IsGood(token));
}

TEST_CASE_METHOD(Grants,
                 "Grants: one that is made while the consent is withdrawn is revoked, too") {
  Code(ministry);
  Grant grant;
  grant.consent_id = database_value("SELECT consent_id FROM consent");
  grant.language = "en";
  const std::string person_id = database_value("SELECT person_id FROM consent");
  static constexpr pg::Statement kHold{"test.hold", "SELECT FROM person FOR UPDATE"};
  static constexpr pg::Statement kWaiting{"test.waiting", "SELECT FROM pg_locks WHERE NOT granted"};
  absl::StatusOr<std::string> created = absl::UnknownError("not yet");
  absl::StatusOr<bool> withdrawn = absl::UnknownError("not yet");
  testing::Count done;
  auto ended = host.Await([&]() -> AsyncStatus {
    // Keeps the grant, which has read the consent, from its commit.
    auto tx = co_await host.pool().Begin();
    (void)co_await tx->Query(kHold);
    boost::asio::co_spawn(
        host.executor(), grants.Create(grant),
        [&](std::exception_ptr, auto made) { created = std::move(made), ++done; });
    while (done < 1 && (co_await tx->Query(kWaiting))->size() < 1) {
    }
    boost::asio::co_spawn(
        host.executor(), consents.Withdraw(grant.consent_id, person_id),
        [&](std::exception_ptr, auto ids) { withdrawn = std::move(ids), ++done; });
    while (done < 1 && (co_await tx->Query(kWaiting))->size() < 2) {
    }
    co_return co_await tx->Rollback();
  }());
  REQUIRE(ended.ok());
  REQUIRE(done.Becomes(2));
  CHECK(created.ok());
  CHECK(withdrawn.value());
  CHECK(database_value("SELECT count(*) FROM oauth_grant") == "2");
  CHECK(database_value("SELECT count(*) FROM oauth_grant WHERE revoked_at IS NULL") == "0");
  // Once withdrawn, it ends nothing more.
  Code(ministry);
  CHECK(!host.Await(consents.Withdraw(grant.consent_id, person_id)).value());
  CHECK(database_value("SELECT count(*) FROM oauth_grant WHERE revoked_at IS NULL") == "1");
}

TEST_CASE_METHOD(Grants, "Grants: a code's reuse and a withdrawn consent are announced") {
  auto heard = std::make_shared<testing::Count>();
  redis.Subscribe(auth::kRevocationChannel, [heard](std::string_view) { ++*heard; });
  auto until = [&](int times) { REQUIRE(heard->Becomes(times)); };
  REQUIRE(testing::Eventually([&] {
    return host.Await(redis.Command("PUBLISH", auth::kRevocationChannel, ""))->Int() != 0;
  }));
  until(1);
  auto request = ministry.TokenRequest(Code(ministry));
  REQUIRE(ministry.Redeem(request).ok());
  CHECK(absl::IsInvalidArgument(ministry.Redeem(request).status()));
  until(2);
  Withdraw();
  until(3);
}

TEST_CASE_METHOD(Grants, "Grants: tokens from before there were any are good until they end") {
  Token(ministry);
  auto principal = *ClientPrincipal(Token(ministry));
  principal.grant_id.clear();
  std::string token = host.Await(issuer.AccessToken(principal, issuer.client_audience()))->token;
  CHECK(IsGood(token));
  database_value("INSERT INTO revoked_grant (client_id, subject) VALUES ('" + principal.client_id +
                 "', '" + principal.subject + "')");
  CHECK(!IsGood(token));
  CHECK(IsGood(Token(ministry)));
}

TEST_CASE_METHOD(Grants, "Grants: another client's names nothing, nor one that was never made") {
  auto principal = *ClientPrincipal(Token(ministry));
  for (const std::string& id : {GrantOf(Token(other)), std::string(22, 'x')}) {
    principal.grant_id = id;
    CHECK(!IsGood(host.Await(issuer.AccessToken(principal, issuer.client_audience()))->token));
  }
}

TEST_CASE_METHOD(Grants, "Grants: how and when the person signed in is what the ID token says") {
  std::string code = Code(ministry);
  database_value(
      "UPDATE oauth_grant SET acr = 'urn:test:acr', amr = '{pwd,otp}', auth_time = "
      "to_timestamp(1700000000)");
  auto tokens = ministry.Redeem(ministry.TokenRequest(code));
  REQUIRE(tokens.ok());
  auto claims = crypto::PeekJws(tokens->id_token())->claims;
  CHECK(Text(claims, "acr") == "urn:test:acr");
  CHECK(claims["amr"] == boost::json::array{"pwd", "otp"});
  CHECK(claims["auth_time"].as_int64() == 1700000000);
  auto principal = *ClientPrincipal(tokens->access_token());
  CHECK(principal.acr == "urn:test:acr");
  CHECK(principal.auth_time_seconds == 1700000000);
}

TEST_CASE_METHOD(Grants, "Grants: what is over for a day is forgotten, a few at a time") {
  for (int i = 0; i < 12; ++i) Code(ministry);
  database_value("UPDATE oauth_grant SET created_at = now() - interval '25 hours'");
  std::string token = Token(ministry);
  database_value(
      "INSERT INTO revoked_grant VALUES ('c', 'old', now() - interval '25 hours'), "
      "('c', 'young', now() - interval '23 hours')");
  CHECK(host.Await(grants.Forgetting().batch(10)).value() == 10);
  CHECK(host.Await(grants.Forgetting().batch(10)).value() == 2);
  CHECK(database_value("SELECT count(*) FROM oauth_grant") == "1");
  CHECK(database_value("SELECT string_agg(subject, ' ') FROM revoked_grant") == "young");
  CHECK(IsGood(token));
}

}  // namespace
}  // namespace tamarack::identity
