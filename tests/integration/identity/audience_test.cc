// Goal: every token is for one service, says what that service has to know and ends soon. Method:
// all of identity over real gRPC, PostgreSQL and Redis; each kind of credential for each kind of
// back end.
#include "platform/crypto/jws.h"
#include "services/identity/mail/platform_calls.h"
#include "tests/integration/identity/browser.h"

#include "tamarack/identity/v1/directory_service.pb.h"

#include <catch2/catch.hpp>

namespace tamarack::identity {
namespace {

boost::json::object ClaimsOf(const std::string& token) {
  auto jws = crypto::PeekJws(token);
  REQUIRE(jws.ok());
  return jws->claims;
}
int64_t Number(const boost::json::object& claims, std::string_view name) {
  return crypto::NumericDate(claims, name).value_or(0);
}

struct AudienceWorld : World {
  RelyingParty ministry{*this};
  Browser browser{*this};
  const std::string owner = ministry.client.client().ministry_id();
  std::string cookie;

  AudienceWorld() {
    NewPerson("zoe@example.test");
    browser.SignIn("zoe@example.test");
    cookie = browser.cookies.at("__host-tamarack-session");
  }
  std::string PersonToken() {
    auto request = ministry.Request();
    request.set_max_age("3600");  // so that the time of the sign-in is told
    return ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, request)))->access_token();
  }
};

TEST_CASE_METHOD(AudienceWorld, "Exchange: the back end is named, and its owner is a ministry") {
  struct Case {
    const char* name;
    Target target;
    bool is_taken;
  };
  std::string upper = owner;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  REQUIRE(upper != owner);
  std::vector<Case> cases{
      {"a service of the platform", {"payments", ""}, true},
      {"a ministry's plug-in", {"fishing", owner}, true},
      {"no audience", {"", ""}, false},
      {"no audience, with an owner", {"", owner}, false},
      {"the audience of clients' tokens", {testing::kTestIssuer, owner}, false},
      {"a plug-in without an owner", {"fishing", ""}, false},
      {"a service of the platform with an owner", {"payments", owner}, false},
      {"an owner that is no id", {"fishing", "Fisheries"}, false},
      {"an owner that does not exist", {"fishing", "018f0000-0000-7000-8000-000000000000"}, false},
      {"an owner in another spelling", {"fishing", upper}, false},
  };
  std::string person = PersonToken();
  std::string key = NewApiKey(ministry.client.client().service_id(), "pay", "test").secret();
  for (const auto& [name, target, is_taken] : cases) {
    CAPTURE(name);
    // Plug-ins sign people in by OpenID Connect.
    absl::Status session = ExchangeSession(cookie, target).status();
    bool takes_sessions = is_taken && target.owner.empty();
    CHECK((takes_sessions ? session.ok() : absl::IsFailedPrecondition(session)));
    for (const auto& exchanged : {ExchangeBearer(person, target), ExchangeBearer(key, target)}) {
      // Not a verdict on the credential, which the gateway would tell whoever sent it.
      if (!is_taken) CHECK(absl::IsFailedPrecondition(exchanged.status()));
      if (!is_taken) continue;
      REQUIRE(exchanged.ok());
      CHECK(Text(ClaimsOf(exchanged->access_token()), "aud") == target.audience);
    }
  }
}

TEST_CASE_METHOD(AudienceWorld,
                 "Exchange: a token is minted each time, and ends with the credential") {
  std::string client = PersonToken();
  Target payments{"payments", ""};
  std::string first = ExchangeBearer(client, payments)->access_token();
  CHECK(first != client);
  CHECK(first != ExchangeBearer(client, payments)->access_token());
  auto claims = ClaimsOf(first);
  CHECK(Number(claims, "exp") - Number(claims, "iat") <= 90);
  int64_t ends = Number(ClaimsOf(client), "exp");
  CHECK(Number(claims, "exp") < ends);
  clock_offset = std::chrono::seconds(ends - issuer.NowSeconds() - 20);
  auto late = ExchangeBearer(client, payments);
  REQUIRE(late.ok());
  CHECK(Number(ClaimsOf(late->access_token()), "exp") == ends);
  CHECK(late->expire_time().seconds() == ends);
}

TEST_CASE_METHOD(AudienceWorld,
                 "Exchange: a ministry is told of a person who agreed to something there") {
  RelyingParty other{*this};
  const Target theirs{"hunting", other.client.client().ministry_id(), {"openid", "profile"}};
  std::string token = PersonToken();
  auto unknown = ClaimsOf(ExchangeBearer(token, theirs)->access_token());
  CHECK(Text(unknown, "sub") == ministry.client.client().client_id());
  for (const char* claim : {"acr", "lang", "auth_time", "sid", "scope"})
    CHECK_FALSE(unknown.contains(claim));
  CHECK(database_value("SELECT count(*) FROM pairwise_subject WHERE sector = '" + theirs.owner +
                       "'") == "0");
  auto own = other.Redeem(other.TokenRequest(other.Code(browser, other.Request())));
  REQUIRE(own.ok());
  auto known = ClaimsOf(ExchangeBearer(token, theirs)->access_token());
  CHECK(Text(known, "sub") == Text(ClaimsOf(own->access_token()), "sub"));
  database_value("UPDATE consent SET withdrawn_at = now() WHERE client_id = '" +
                 other.client.client().client_id() + "'");
  CHECK(Text(ClaimsOf(ExchangeBearer(token, theirs)->access_token()), "sub") ==
        ministry.client.client().client_id());
  // A ministry that follows the other has its sector, and with it its people.
  database_value("UPDATE ministry SET sector = '" + ministry.client.client().ministry_id() +
                 "' WHERE ministry_id = '" + theirs.owner + "'");
  CHECK(Text(ClaimsOf(ExchangeBearer(token, theirs)->access_token()), "sub") ==
        Text(ClaimsOf(token), "sub"));
}

TEST_CASE_METHOD(AudienceWorld, "Exchange: identity alone is told which session it is") {
  for (const Target& target : {Target{}, Target{"payments"}, Target{"tellusonce"}}) {
    CAPTURE(target.audience);
    std::string token = ExchangeSession(cookie, target)->access_token();
    auto claims = ClaimsOf(token);
    CHECK(claims.contains("sid") == (target.audience == kOwnAudience));
    CHECK(claims.contains("auth_time"));
    CHECK(Principal(token, target.audience)->is_session);
  }
  for (const Target& target : {Target{}, Target{"payments"}, Target{"fishing", owner}}) {
    CAPTURE(target.audience);
    std::string token = ExchangeBearer(PersonToken(), target)->access_token();
    CHECK_FALSE(Principal(token, target.audience)->is_session);
    // The second of the sign-in is the same for all who are told.
    CHECK(ClaimsOf(token).contains("auth_time") == target.owner.empty());
  }
}

TEST_CASE_METHOD(AudienceWorld,
                 "Exchange: a back end is told of the scopes that mean something there") {
  database_value(
      "UPDATE oauth_client SET scopes = '{openid,payments.read,notify.send,tellusonce.subscriber,"
      "fishing.write,hunting.write}'");
  std::string client =
      ClientToken(ministry.client.client().client_id(), ministry.client.client_secret())
          ->access_token();
  using Set = std::set<std::string, std::less<>>;
  for (const auto& [target, wanted] :
       {std::pair(Target{"payments"}, Set{"payments.read"}),
        std::pair(Target{"notify"}, Set{"notify.send"}), std::pair(Target{}, Set{}),
        std::pair(Target{"fishing", owner}, Set{}),
        std::pair(Target{"fishing", owner, {"fishing.read", "fishing.write"}},
                  Set{"fishing.write"}),
        // Whatever a plug-in's proto asks for.
        std::pair(Target{"fishing", owner, {"payments.read", "hunting.write"}},
                  Set{"hunting.write"})}) {
    CAPTURE(target.audience);
    CHECK(Principal(ExchangeBearer(client, target)->access_token(), target.audience)->scopes ==
          wanted);
  }
  std::string admin = PlatformToken("bootstrap");
  CHECK(Principal(ExchangeBearer(admin, {"notify"})->access_token(), "notify")->scopes ==
        Set{"platform.admin"});
  Target curious{"fishing", owner, {"platform.admin"}};
  CHECK(Principal(ExchangeBearer(admin, curious)->access_token(), "fishing")->scopes.empty());
  CHECK(Principal(ExchangeBearer(PersonToken())->access_token())->HasScope("openid"));
}

TEST_CASE_METHOD(AudienceWorld,
                 "Token: a service's own token is for the one service that it calls") {
  for (const char* name : {"payments", "notify", "tellusonce"}) {
    CAPTURE(name);
    std::string token = PlatformToken(name);
    REQUIRE(Principal(token).ok());
    CHECK(Principal(token)->scopes == PlatformClient(name).scopes);
    for (const char* other : {"payments", "notify", "tellusonce", testing::kTestIssuer})
      CHECK(absl::IsUnauthenticated(Principal(token, other).status()));
    CHECK(absl::IsUnauthenticated(ExchangeBearer(token).status()));
  }
  OwnTokens own(issuer);
  using Set = std::set<std::string, std::less<>>;
  CHECK(Principal(*host.Await(own.ForSending()()), "notify")->scopes == Set{"notify.send"});
  CHECK(Principal(*host.Await(own.ForTemplates()()), "notify")->scopes ==
        Set{"notify.templates.write"});
}

TEST_CASE_METHOD(AudienceWorld, "Token: no service takes a client's token as it is") {
  for (const std::string& token : {PersonToken(), PlatformToken("bootstrap")}) {
    REQUIRE(ClientPrincipal(token).ok());
    for (const char* service : {"identity", "payments", "notify", "tellusonce", "fishing"})
      CHECK(absl::IsUnauthenticated(Principal(token, service).status()));
    CHECK(absl::IsUnauthenticated(
        Call<google::api::HttpBody>("TokenService/GetUserInfo", v1::GetUserInfoRequest(), token)
            .status()));
  }
}

TEST_CASE_METHOD(AudienceWorld,
                 "Admin: every ministry's revenue is for the platform's clients alone") {
  v1::CreateClientRequest request;
  request.set_service_id(ministry.client.client().service_id());
  request.add_scopes("payments.ledger.read");
  CHECK(absl::IsInvalidArgument(
      Call<v1::CreateClientResponse>("AdminService/CreateClient", request, admin_token())
          .status()));
  // One that has it from before is given it no more.
  database_value("UPDATE oauth_client SET scopes = '{payments.ledger.read,payments.read}'");
  auto ask = [&](const std::string& scope) {
    return ClientToken(ministry.client.client().client_id(), ministry.client.client_secret(),
                       scope);
  };
  REQUIRE(ask("").ok());
  CHECK(ask("")->scope() == "payments.read");
  CHECK(absl::IsInvalidArgument(ask("payments.ledger.read").status()));
}

}  // namespace
}  // namespace tamarack::identity
