// Goal: a ministry's own service gains nothing by what it is sent: no door opens to it, and nobody
// can be recognised by it. Method: a plug-in that keeps every token, each kind of caller lured to
// it, and what it caught presented everywhere.
#include "tests/integration/access/hostile_plugin.h"
#include "platform/crypto/jws.h"
#include "tests/integration/access/credentials.h"

#include <catch2/catch.hpp>

#include <set>
#include <utility>

namespace tamarack::access {
namespace {

using api::v1::MethodPolicy;
using identity::Browser;

constexpr char kEmail[] = "zoe@example.test";

http::Headers WithToken(const std::string& token, const std::string& scheme = "Bearer ") {
  return {{"Authorization", scheme + token}};
}
http::Headers WithSession(const std::string& cookie) {
  return {{"Cookie", "__Host-tamarack-session=" + cookie}};
}

// Every kind of caller with a token: what they are called and what they send.
struct Caller {
  std::string name;
  http::Headers headers;
  std::string credential;
};

struct BaitedWorld : HostileWorld {
  Browser browser{*this};
  std::string cookie;

  BaitedWorld() {
    NewPerson(kEmail);
    browser.SignIn(kEmail);
    cookie = browser.cookies.at("__host-tamarack-session");
  }

  std::vector<Caller> Callers() {
    const auto& client = neighbour_ministry.client;
    const std::string& service_id = client.client().service_id();
    std::vector<Caller> callers;
    auto bearer = [&](const char* name, const std::string& credential) {
      callers.push_back({name, WithToken(credential), credential});
    };
    bearer("a person, by the plug-in's own ministry", PersonToken(trap_ministry, browser));
    bearer("a person, by another ministry", PersonToken(neighbour_ministry, browser));
    bearer("a client",
           ClientToken(client.client().client_id(), client.client_secret())->access_token());
    bearer("the administrator", PlatformToken("bootstrap"));
    bearer("a pay key", NewApiKey(service_id, "pay", "live").secret());
    return callers;
  }
  std::string PlatformSubject() {
    return host.Await(people.FindByEmail(auth::Mode::kLive, kEmail))->subject;
  }
};

// The methods of a service that are not open to everybody, as gRPC names them.
std::vector<std::string> ClosedMethods(const std::string& audience) {
  std::vector<std::string> methods;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<const char*> services;
  if (audience == "identity") {
    services = {"identity.v1.AdminService", "identity.v1.AccountService",
                "identity.v1.AuthorizeService", "identity.v1.DirectoryService",
                "identity.v1.TokenService"};
  } else if (audience == "payments") {
    services = {"payments.v1.LedgerService"};
  } else if (audience == "notify") {
    services = {"notify.v1.TemplateService"};
  } else {
    services = {"tellusonce.v1.SubscriptionService"};
  }
  for (const char* name : services) {
    const auto* service = pool->FindServiceByName(std::string("tamarack.") + name);
    REQUIRE(service != nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& policy = service->method(i)->options().GetExtension(api::v1::policy);
      if (policy.access() == MethodPolicy::PUBLIC) continue;
      methods.push_back("/" + service->full_name() + "/" + service->method(i)->name());
    }
  }
  return methods;
}

boost::json::object ClaimsOf(const std::string& token) {
  auto jws = crypto::PeekJws(token);
  REQUIRE(jws.ok());
  return jws->claims;
}
std::string SubjectOf(const std::string& token) {
  return identity::Text(ClaimsOf(token), "sub");
}

TEST_CASE_METHOD(BaitedWorld, "Hostile plug-in: what it is sent opens nothing at the gateway",
                 "[access][hostile]") {
  size_t caught = 0, tried = 0;
  for (const Caller& caller : Callers()) {
    CAPTURE(caller.name);
    std::string token = Lure(trap, "/trap/ask", caller.headers);
    REQUIRE_FALSE(token.empty());
    CHECK(token.find(caller.credential) == std::string::npos);
    ++caught;
    for (const Probe& probe : probes) {
      bool is_closed = probe.policy.access() == MethodPolicy::TOKEN ||
                       probe.policy.access() == MethodPolicy::SESSION;
      if (!is_closed) continue;
      for (const http::Headers& headers :
           {WithToken(token), WithToken(token, "DPoP "), WithSession(token)}) {
        (void)IsAnybodyCalled();
        http::Response answer = Send(probe, headers);
        CAPTURE(probe.method, answer.status, answer.body);
        CHECK(answer.status != 200);
        CHECK(answer.status != 201);
        CHECK_FALSE(IsAnybodyCalled());
        ++tried;
      }
    }
    // The caller's own credential is good, so that it is the token that is refused.
    CHECK_FALSE(Lure(neighbour, "/neighbour/ask", caller.headers).empty());
  }
  CHECK(caught >= 5);
  CHECK(tried > 500);
}

TEST_CASE_METHOD(BaitedWorld,
                 "Hostile plug-in: what it is sent opens nothing at any service's port",
                 "[access][hostile]") {
  std::vector<std::pair<std::string, std::string>> tokens;
  for (const Caller& caller : Callers()) {
    std::string token = Lure(trap, "/trap/ask", caller.headers);
    if (!token.empty()) tokens.emplace_back(caller.name, token);
  }
  REQUIRE(tokens.size() >= 5);
  // What callers send, and what services are sent, is as little worth at another's port.
  std::string admin = PlatformToken("bootstrap");
  tokens.emplace_back("the administrator's own token", admin);
  tokens.emplace_back("a person's token of a client", PersonToken(trap_ministry, browser));
  tokens.emplace_back("the token of payments for identity", PlatformToken("payments"));
  size_t refused = 0;
  for (const ServicePort& port : ports) {
    CAPTURE(port.audience);
    for (const std::string& method : ClosedMethods(port.audience)) {
      CAPTURE(method);
      for (const auto& [name, token] : tokens) {
        if (port.audience == "identity" && name.ends_with("for identity")) continue;
        CAPTURE(name);
        CHECK(absl::IsUnauthenticated(CallPort(port, method, token)));
        ++refused;
      }
    }
    // The right token gets as far as the method's own rules; that of another service does not.
    absl::Status let_in =
        CallPort(port, port.admin_method, ExchangeBearer(admin, {port.audience})->access_token());
    CHECK_FALSE(absl::IsUnauthenticated(let_in));
    CHECK_FALSE(absl::IsPermissionDenied(let_in));
    for (const ServicePort& other : ports) {
      if (&other == &port) continue;
      std::string theirs = ExchangeBearer(admin, {other.audience})->access_token();
      CHECK(absl::IsUnauthenticated(CallPort(port, port.admin_method, theirs)));
    }
  }
  CHECK(refused > 100);
}

TEST_CASE_METHOD(BaitedWorld, "Hostile plug-in: no two ministries are told the same of a person",
                 "[access][hostile]") {
  const std::string at_trap = trap_ministry.client.client().ministry_id();
  const std::string at_neighbour = neighbour_ministry.client.client().ministry_id();
  std::string ours = PersonToken(trap_ministry, browser);
  std::string theirs = PersonToken(neighbour_ministry, browser);

  // Whoever comes, and by whichever client: each ministry knows the person by its own subject.
  std::string at_ours = SubjectOf(Lure(trap, "/trap/ask", WithToken(ours)));
  std::string at_theirs = SubjectOf(Lure(neighbour, "/neighbour/ask", WithToken(theirs)));
  CHECK(at_ours == SubjectOf(ours));
  CHECK(at_theirs == SubjectOf(theirs));
  CHECK(SubjectOf(Lure(trap, "/trap/ask", WithToken(theirs))) == at_ours);
  CHECK(SubjectOf(Lure(neighbour, "/neighbour/ask", WithToken(ours))) == at_theirs);
  CHECK(at_ours != at_theirs);

  // UserInfo says what the client's ID token says, and neither says what the platform says.
  auto info = neighbour_ministry.UserInfo(theirs);
  REQUIRE(info.ok());
  CHECK(identity::Text(*info, "sub") == at_theirs);
  auto subject_of_session = [&](const identity::Target& target) {
    return SubjectOf(ExchangeSession(cookie, target)->access_token());
  };
  for (const char* own : {"identity", "payments", "notify", "tellusonce"}) {
    CAPTURE(own);
    CHECK(subject_of_session({own}) == PlatformSubject());
  }
  CHECK(PlatformSubject() != at_ours);
  CHECK(PlatformSubject() != at_theirs);

  // Nothing else that the two are sent tells that it is one person's, or names their session.
  auto first = ClaimsOf(ExchangeBearer(ours, {"trap", at_trap})->access_token());
  auto second = ClaimsOf(ExchangeBearer(ours, {"neighbour", at_neighbour})->access_token());
  const std::set<std::string> same_for_everybody{"iss",  "client_id", "ministry_id", "service_id",
                                                 "mode", "acr",       "scope",       "lang",
                                                 "iat",  "exp"};
  for (const auto& [name, value] : first) {
    CAPTURE(std::string(name));
    if (same_for_everybody.contains(std::string(name))) continue;
    CHECK((name == "sub" || name == "aud" || name == "jti"));
    CHECK(second.at(name) != value);
  }
}

TEST_CASE_METHOD(BaitedWorld,
                 "Hostile plug-in: it is told of no scope that its own methods do not ask for",
                 "[access][hostile]") {
  database_value(
      "UPDATE oauth_client SET scopes = '{payments.read,trap.write,trap.more,neighbour.write}'");
  const auto& client = neighbour_ministry.client;
  std::string token =
      ClientToken(client.client().client_id(), client.client_secret())->access_token();
  auto scopes_at = [&](StandIn& plugin, const std::string& target) {
    return identity::Text(ClaimsOf(Lure(plugin, target, WithToken(token))), "scope");
  };
  CHECK(scopes_at(trap, "/trap/ask") == "trap.write");
  CHECK(scopes_at(trap, "/trap/write") == "trap.write");
  CHECK(scopes_at(neighbour, "/neighbour/ask") == "neighbour.write");
}

TEST_CASE_METHOD(BaitedWorld, "Hostile plug-in: its page is shown, and no session with it",
                 "[access][hostile]") {
  // The session is good, so that it could have been told of it.
  REQUIRE(ExchangeSession(cookie).ok());
  http::Headers headers = WithSession(cookie);
  headers.Set("Host", "trap.test");
  (void)Get("/en/trap", headers);
  auto call = trap.Take();
  REQUIRE(call.has_value());
  CHECK_FALSE(call->metadata.contains("authorization"));
  for (const auto& [name, value] : call->metadata) {
    CAPTURE(name);
    CHECK(value.find(cookie) == std::string::npos);
  }
  // Nor would identity, whatever the gateway asked.
  identity::Target plug_in{"trap", trap_ministry.client.client().ministry_id()};
  CHECK(absl::IsFailedPrecondition(ExchangeSession(cookie, plug_in).status()));
}

TEST_CASE_METHOD(
    BaitedWorld,
    "Hostile plug-in: a person who withdrew a consent is not shown to other ministries",
    "[access][hostile]") {
  std::string theirs = PersonToken(neighbour_ministry, browser);
  REQUIRE_FALSE(Lure(trap, "/trap/ask", WithToken(theirs)).empty());
  database_value("UPDATE consent SET withdrawn_at = now()");
  identity::Target other{"trap", trap_ministry.client.client().ministry_id()};
  CHECK(absl::IsUnauthenticated(ExchangeBearer(theirs, other).status()));
}

}  // namespace
}  // namespace tamarack::access
