#include "platform/crypto/encoding.h"
#include "platform/crypto/jws.h"
#include "platform/rpc/errors.h"
#include "tests/integration/identity/world.h"

#include "tamarack/identity/v1/directory_service.pb.h"

#include <catch2/catch.hpp>

// Goal: every kind of credential becomes the right internal token, and nothing else does. Method:
// all of identity over real gRPC, PostgreSQL and Redis.
namespace tamarack::identity {
namespace {

// As GOV.UK Notify's clients make it.
std::string NotifyToken(const std::string& api_key, int64_t issued_at) {
  auto key = crypto::Key::FromSecret(api_key.substr(api_key.size() - 36));
  return *crypto::SignJws(*key,
                          {{"iss", api_key.substr(api_key.size() - 73, 36)}, {"iat", issued_at}},
                          {{"typ", "JWT"}});
}

TEST_CASE_METHOD(
    World, "Token: a client gets its own scopes by client_credentials, never those of people") {
  auto client = NewClient(NewService().service_id());
  auto token = ClientToken(client.client().client_id(), client.client_secret());
  REQUIRE(token.ok());
  CHECK(token->scope() == "tellusonce.subscriber");
  CHECK(token->expires_in() == 300);
  CHECK(!token->has_id_token());
  auto principal = ClientPrincipal(token->access_token());
  REQUIRE(principal.ok());
  CHECK(principal->subject == client.client().client_id());
  CHECK(principal->service_id == client.client().service_id());
  CHECK(principal->ministry_id == client.client().ministry_id());
  CHECK(!principal->has_person());

  for (const char* scope : {"email", "\"\\", "é"}) {
    auto refused = ClientToken(client.client().client_id(), client.client_secret(), scope);
    CHECK(absl::IsInvalidArgument(refused.status()));
    // RFC 6749 section 5.2 allows few characters in it.
    CHECK(refused.status().message().find(scope) == std::string::npos);
  }
  CHECK(absl::IsUnauthenticated(ClientToken(client.client().client_id(), "wrong").status()));
  CHECK(absl::IsUnauthenticated(ClientToken("nobody", client.client_secret()).status()));
}

TEST_CASE_METHOD(World,
                 "Token: HTTP Basic is form-decoded, and may not be mixed with client_secret") {
  auto client = NewClient(NewService().service_id());
  v1::TokenRequest request;
  request.set_grant_type("client_credentials");
  std::string basic =
      "Basic " + crypto::Base64Encode(client.client().client_id() + ":" + client.client_secret());
  auto call = [&](testing::Answer* answer) {
    return Call<v1::TokenResponse>("TokenService/Token", request, "",
                                   {{"x-tamarack-header-authorization", basic}}, answer);
  };
  testing::Answer answer;
  CHECK(call(&answer).ok());
  CHECK(answer.Http("cache-control") == "no-store");
  request.set_client_secret(client.client_secret());
  CHECK(absl::IsInvalidArgument(call(&answer).status()));
  request.clear_client_secret();
  basic = "Basic " + crypto::Base64Encode(client.client().client_id() + ":wrong");
  CHECK(absl::IsUnauthenticated(call(&answer).status()));
  CHECK(answer.Http("www-authenticate").starts_with("Basic"));
}

TEST_CASE_METHOD(World, "Token: 401 names a scheme whichever way the client authenticated") {
  v1::TokenRequest request;
  request.set_grant_type("client_credentials");
  request.set_client_id(NewClient(NewService().service_id()).client().client_id());
  request.set_client_secret("wrong");
  testing::Answer answer;
  auto token = Call<v1::TokenResponse>("TokenService/Token", request, "", {}, &answer);
  CHECK(absl::IsUnauthenticated(token.status()));
  CHECK(answer.Http("www-authenticate").starts_with("Basic"));
}

TEST_CASE_METHOD(
    World, "Token: a disabled client gets nothing, and its tokens are refused at the gateway") {
  auto client = NewClient(NewService().service_id());
  std::string token =
      ClientToken(client.client().client_id(), client.client_secret())->access_token();
  CHECK(ExchangeBearer(token).ok());
  v1::SetClientEnabledRequest disable;
  disable.set_client_id(client.client().client_id());
  CHECK(absl::IsInvalidArgument(
      Call<v1::Client>("AdminService/SetClientEnabled", disable, admin_token()).status()));
  disable.set_is_enabled(false);
  REQUIRE(Call<v1::Client>("AdminService/SetClientEnabled", disable, admin_token()).ok());
  CHECK(absl::IsUnauthenticated(ExchangeBearer(token).status()));
  CHECK(absl::IsUnauthenticated(
      ClientToken(client.client().client_id(), client.client_secret()).status()));
}

TEST_CASE_METHOD(World, "Exchange: only the gateway may") {
  api::v1::ExchangeRequest request;
  request.set_bearer(PlatformToken("bootstrap"));
  request.set_audience(kOwnAudience);
  auto call = [&] {
    return host
        .Call<api::v1::ExchangeResponse>("/tamarack.api.v1.CredentialService/Exchange", request,
                                         nullptr)
        .status();
  };
  // Not as verdicts on the credential, which the gateway would pass on to whoever sent it.
  CHECK(absl::IsFailedPrecondition(call()));
  request.set_client_id("gateway");
  request.set_client_secret("wrong");
  CHECK(absl::IsFailedPrecondition(call()));
  request.set_client_id("payments");
  request.set_client_secret("payments secret");
  CHECK(absl::IsFailedPrecondition(call()));
}

TEST_CASE_METHOD(World,
                 "Exchange: a payments key gives a token of its service, until it is revoked") {
  auto service = NewService();
  auto key = NewApiKey(service.service_id(), "pay", "test");
  auto exchanged = ExchangeBearer(key.secret(), {"payments"});
  REQUIRE(exchanged.ok());
  CHECK(!exchanged->no_cache());
  auto principal = *Principal(exchanged->access_token(), "payments");
  CHECK(principal.service_id == service.service_id());
  CHECK(principal.mode == "sandbox");
  CHECK(principal.key_type == "test");
  CHECK(principal.HasScope("payments.write"));
  CHECK(!principal.HasScope("notify.send"));
  CHECK(database_value("SELECT count(*) FROM api_key WHERE last_used_at IS NOT NULL") == "1");

  std::string mistyped = key.secret();
  mistyped.back() = mistyped.back() == 'a' ? 'b' : 'a';
  CHECK(absl::IsUnauthenticated(ExchangeBearer(mistyped).status()));
  v1::RevokeApiKeyRequest revoke;
  revoke.set_api_key_id(key.api_key().api_key_id());
  REQUIRE(Call<v1::ApiKey>("AdminService/RevokeApiKey", revoke, admin_token())->has_revoke_time());
  CHECK(absl::IsUnauthenticated(ExchangeBearer(key.secret()).status()));
}

TEST_CASE_METHOD(World, "Exchange: a notify key's JWT gives a token of its service") {
  auto service = NewService();
  auto live = NewApiKey(service.service_id(), "notify", "live");
  auto test = NewApiKey(service.service_id(), "notify", "test");
  CHECK(live.secret().starts_with("some-name-" + service.service_id() + "-"));
  auto exchanged = ExchangeBearer(NotifyToken(test.secret(), issuer.NowSeconds()), {"notify"});
  REQUIRE(exchanged.ok());
  auto principal = *Principal(exchanged->access_token(), "notify");
  CHECK(principal.key_type == "test");
  CHECK(principal.service_id == service.service_id());
  CHECK(principal.HasScope("notify.send"));
  exchanged = ExchangeBearer(NotifyToken(live.secret(), issuer.NowSeconds()), {"notify"});
  CHECK(Principal(exchanged->access_token(), "notify")->key_type == "live");
  // Elsewhere neither it nor the key is anything, and nothing is said of how to make one.
  for (const std::string& bearer :
       {NotifyToken(live.secret(), issuer.NowSeconds()), live.secret()}) {
    auto elsewhere = ExchangeBearer(bearer, {"payments"}).status();
    CHECK(absl::IsUnauthenticated(elsewhere));
    CHECK(elsewhere.message() == "the access token is not valid");
  }

  auto late = ExchangeBearer(NotifyToken(test.secret(), issuer.NowSeconds() - 60), {"notify"});
  CHECK(late.status().message() ==
        "Error: Your system clock must be accurate to within 30 seconds");
  v1::RevokeApiKeyRequest revoke;
  revoke.set_api_key_id(test.api_key().api_key_id());
  REQUIRE(Call<v1::ApiKey>("AdminService/RevokeApiKey", revoke, admin_token()).ok());
  auto revoked = ExchangeBearer(NotifyToken(test.secret(), issuer.NowSeconds()), {"notify"});
  CHECK(revoked.status().message() == "Invalid token: API key revoked");
}

TEST_CASE_METHOD(World,
                 "Admin: a rotated key has two good secrets until the chosen time, then one") {
  auto kind = GENERATE(std::string("pay"), std::string("notify"));
  auto key = NewApiKey(NewService().service_id(), kind, "test");
  auto is_good = [&](const std::string& secret) {
    return kind == "pay"
               ? ExchangeBearer(secret).ok()
               : ExchangeBearer(NotifyToken(secret, issuer.NowSeconds()), {"notify"}).ok();
  };
  v1::RotateApiKeyRequest request;
  request.set_api_key_id(key.api_key().api_key_id());
  request.mutable_previous_secret_expire_time()->set_seconds(issuer.NowSeconds() + 3600);
  auto rotate = [&] {
    return Call<v1::CreateApiKeyResponse>("AdminService/RotateApiKey", request, admin_token());
  };
  auto second = rotate();
  REQUIRE(second.ok());
  CHECK(second->api_key().api_key_id() == key.api_key().api_key_id());
  CHECK(second->api_key().previous_secret_expire_time().seconds() ==
        request.previous_secret_expire_time().seconds());
  CHECK(is_good(key.secret()));
  CHECK(is_good(second->secret()));
  auto third = rotate();  // the first secret was the previous one, and is pushed out
  REQUIRE(third.ok());
  CHECK(!is_good(key.secret()));
  CHECK(is_good(second->secret()));
  CHECK(is_good(third->secret()));
  database_value("UPDATE api_key SET previous_expires_at = now()");
  CHECK(!is_good(second->secret()));
  CHECK(is_good(third->secret()));
  database_value("UPDATE api_key SET expires_at = now()");
  CHECK(!is_good(third->secret()));
  CHECK(absl::IsNotFound(rotate().status()));
}

TEST_CASE_METHOD(World, "Admin: nothing that is kept of a rotated key is its secret") {
  auto key = NewApiKey(NewService().service_id(), "pay", "live");
  v1::RotateApiKeyRequest request;
  request.set_api_key_id(key.api_key().api_key_id());
  auto rotated =
      Call<v1::CreateApiKeyResponse>("AdminService/RotateApiKey", request, admin_token());
  REQUIRE(rotated.ok());
  std::string row = database_value("SELECT api_key::text FROM api_key");
  CHECK(row.find(key.secret()) == std::string::npos);
  CHECK(row.find(rotated->secret()) == std::string::npos);
}

TEST_CASE_METHOD(
    World, "Exchange: a browser session gives a token of the person; signing out ends it at once") {
  std::string subject = NewPerson("zoe@example.test");
  auto person = *host.Await(people.FindBySubject(subject));
  std::string cookie = *host.Await(sessions.Create(person.id, person.mode, "fr"));
  auto exchanged = ExchangeSession(cookie);
  REQUIRE(exchanged.ok());
  CHECK(exchanged->no_cache());
  auto principal = *Principal(exchanged->access_token());
  CHECK(principal.subject == subject);
  CHECK(principal.has_person());
  CHECK(principal.language == "fr");
  CHECK(!principal.session_id.empty());
  CHECK(principal.session_id != cookie);
  CHECK(absl::IsUnauthenticated(ExchangeSession("!" + cookie.substr(1)).status()));
  REQUIRE(host.Await(sessions.End(cookie)).ok());
  CHECK(absl::IsUnauthenticated(ExchangeSession(cookie).status()));
}

TEST_CASE_METHOD(World, "Exchange: a session ends after 12 hours, however much it is used") {
  auto person = *host.Await(people.FindBySubject(NewPerson("zoe@example.test")));
  std::string cookie = *host.Await(sessions.Create(person.id, person.mode, "en"));
  clock_offset = std::chrono::hours(12) - std::chrono::seconds(5);
  CHECK(ExchangeSession(cookie).ok());
  clock_offset = std::chrono::hours(12);
  CHECK(absl::IsUnauthenticated(ExchangeSession(cookie).status()));
}

TEST_CASE_METHOD(World, "Exchange: what is no credential of ours is refused") {
  auto bearer = GENERATE(std::string("x"), std::string("a.b.c"), std::string("api_short"),
                         std::string("eyJhbGciOiJub25lIn0.e30."), std::string(8000, 'A'));
  CHECK(absl::IsUnauthenticated(ExchangeBearer(bearer).status()));
}

TEST_CASE_METHOD(World, "Admin: needs the scope platform.admin") {
  v1::CreateMinistryRequest request;
  request.set_name_en("A");
  request.set_name_fr("B");
  CHECK(
      absl::IsUnauthenticated(Call<v1::Ministry>("AdminService/CreateMinistry", request).status()));
  CHECK(absl::IsPermissionDenied(
      Call<v1::Ministry>("AdminService/CreateMinistry", request, PlatformToken("tellusonce"))
          .status()));
  CHECK(Call<v1::Ministry>("AdminService/CreateMinistry", request, admin_token()).ok());
}

TEST_CASE_METHOD(
    World, "Admin: a client may not be given the platform's scopes, nor a redirect off https") {
  v1::CreateClientRequest request;
  request.set_service_id(NewService().service_id());
  request.add_scopes("tellusonce.subscriber");
  auto create = [&] {
    return Call<v1::CreateClientResponse>("AdminService/CreateClient", request, admin_token())
        .status();
  };
  CHECK(create().ok());
  request.set_scopes(0, "platform.admin");
  CHECK(absl::IsInvalidArgument(create()));
  request.set_scopes(0, "tellusonce.subscriber");
  request.add_redirect_uris("");
  for (const char* uri : {"http://ministry.test/cb", "javascript:alert(1)", "https://a.test/#x",
                          "https://a@b.test/", "/cb"}) {
    request.set_redirect_uris(0, uri);
    CHECK(absl::IsInvalidArgument(create()));
  }
}

TEST_CASE_METHOD(World, "Admin: what names nothing that exists is refused at its field") {
  for (const char* nothing : {"018f0000-0000-7000-8000-000000000000", "none", " ", "x'--"}) {
    CAPTURE(nothing);
    auto expect = [](const absl::Status& status, const char* field) {
      CHECK(absl::IsInvalidArgument(status));
      auto violations = rpc::ViolationsOf(status);
      REQUIRE(violations.size() == 1);
      CHECK(violations[0].field == field);
    };
    v1::CreateServiceRequest service;
    service.set_ministry_id(nothing);
    service.set_name_en("A");
    service.set_name_fr("B");
    expect(Call<v1::MinistryService>("AdminService/CreateService", service, admin_token()).status(),
           "ministry_id");
    v1::CreateClientRequest client;
    client.set_service_id(nothing);
    client.add_scopes("tellusonce.subscriber");
    expect(
        Call<v1::CreateClientResponse>("AdminService/CreateClient", client, admin_token()).status(),
        "service_id");
    v1::CreateApiKeyRequest key;
    key.set_service_id(nothing);
    key.set_kind("pay");
    key.set_key_type("live");
    key.set_name("some-name");
    expect(Call<v1::CreateApiKeyResponse>("AdminService/CreateApiKey", key, admin_token()).status(),
           "service_id");
  }
}

TEST_CASE_METHOD(World, "Admin: names are kept as people see them, and blank ones are missing") {
  v1::CreateMinistryRequest request;
  request.set_name_en("\u00a0Health \u3000 and\u200b");
  request.set_name_fr(" Sante\u0301 ");
  auto create = [&] {
    return Call<v1::Ministry>("AdminService/CreateMinistry", request, admin_token());
  };
  auto made = create();
  REQUIRE(made.ok());
  CHECK(made->name_en() == "Health and");
  CHECK(made->name_fr() == "Sant\u00e9");
  for (const char* blank : {" ", "\u00a0", "\u3000", "\u2800", "\u200b\u3164"}) {
    request.set_name_fr(blank);
    CHECK(absl::IsInvalidArgument(create().status()));
  }
  for (const char* bad : {"San\u202ete", "San\x07te", "San\u2067te\u200f x"}) {
    request.set_name_fr(bad);
    auto violations = rpc::ViolationsOf(create().status());
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].field == "name_fr");
  }
}

TEST_CASE_METHOD(
    World, "Directory: each ministry has its own subject for a person, and only services may ask") {
  std::string subject = NewPerson("zoe@example.test");
  auto first = NewService("Transportation"), second = NewService("Health");
  v1::ResolveSubjectsRequest request;
  request.set_subject(subject);
  for (const auto& id :
       {first.ministry_id(), second.ministry_id(), std::string("no-such-ministry")}) {
    request.add_ministry_ids(id);
  }
  auto call = [&](const std::string& token) {
    return Call<v1::ResolveSubjectsResponse>("DirectoryService/ResolveSubjects", request, token);
  };
  auto resolved = call(PlatformToken("tellusonce"));
  REQUIRE(resolved.ok());
  REQUIRE(resolved->subjects().size() == 2);
  CHECK(resolved->subjects().at(first.ministry_id()) !=
        resolved->subjects().at(second.ministry_id()));
  CHECK(resolved->subjects().at(first.ministry_id()) != subject);
  CHECK(absl::IsPermissionDenied(call(PlatformToken("payments")).status()));
  request.set_subject("somebody else");
  CHECK(absl::IsNotFound(call(PlatformToken("tellusonce")).status()));
}

TEST_CASE_METHOD(World, "Directory: which ministries and services exist") {
  auto service = NewService("Transportation");
  v1::FindTenantsRequest request;
  for (const auto& id : {service.ministry_id(), service.service_id(), std::string("nonsense"),
                         std::string("018f0000-0000-7000-8000-000000000000")}) {
    request.add_ministry_ids(id);
    request.add_service_ids(id);
  }
  for (const char* caller : {"payments", "notify", "tellusonce"}) {
    auto found = Call<v1::FindTenantsResponse>("DirectoryService/FindTenants", request,
                                               PlatformToken(caller));
    REQUIRE(found.ok());
    REQUIRE(found->ministries_size() == 1);
    CHECK(found->ministries(0).ministry_id() == service.ministry_id());
    CHECK_THAT(found->ministries(0).name_en(), Catch::Contains("Transportation"));
    CHECK_FALSE(found->ministries(0).name_fr().empty());
    REQUIRE(found->service_ids_size() == 1);
    CHECK(found->service_ids(0) == service.service_id());
  }
  CHECK(absl::IsPermissionDenied(Call<v1::FindTenantsResponse>("DirectoryService/FindTenants",
                                                               request,
                                                               AtIdentity(PlatformToken("gateway")))
                                     .status()));
}

TEST_CASE_METHOD(World,
                 "Directory: a new address is what ministries read from then on, and nothing "
                 "personal is stored in clear") {
  v1::SetAddressRequest request;
  request.set_subject(NewPerson("zoe@example.test"));
  request.mutable_address()->set_line_1("1 Queen's Park");
  request.mutable_address()->set_city("Toronto");
  REQUIRE(
      Call<v1::Contact>("DirectoryService/SetAddress", request, PlatformToken("tellusonce")).ok());
  v1::GetContactRequest get;
  get.set_subject(request.subject());
  auto contact = Call<v1::Contact>("DirectoryService/GetContact", get, PlatformToken("tellusonce"));
  REQUIRE(contact.ok());
  CHECK(contact->address().line_1() == "1 Queen's Park");
  CHECK(contact->email_address() == "zoe@example.test");
  std::string row = database_value("SELECT person::text FROM person");
  for (const char* personal : {"zoe", "Zoé", "Exemple", "Queen", "Toronto"})
    CHECK(row.find(personal) == std::string::npos);
}

TEST_CASE_METHOD(World, "Admin: one account per email address, whatever its case") {
  NewPerson("zoe@example.test");
  v1::CreatePersonRequest person;
  person.set_email(" Zoe@Example.TEST ");
  person.set_password("a walk in the woods");
  person.set_given_name("Z");
  person.set_family_name("T");
  auto again = Call<v1::Person>("AdminService/CreatePerson", person, admin_token());
  CHECK(absl::IsAlreadyExists(again.status()));
  person.set_email("other@example.test");
  person.set_password("too short");
  CHECK(absl::IsInvalidArgument(
      Call<v1::Person>("AdminService/CreatePerson", person, admin_token()).status()));
}

}  // namespace
}  // namespace tamarack::identity
