#include "services/identity/admin/admin_rules.h"
#include "services/identity/clients/client_rules.h"

#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"

#include <catch2/catch.hpp>

// Goal: an administrator hears at once, and at its field, of what would fail people later.
namespace tamarack::identity {
namespace {

TEST_CASE("Redirect URIs: absolute, with a host, https or on this machine") {
  for (const char* good :
       {"https://ministry.test/callback", "https://ministry.test", "https://ministry.test?x=1",
        "https://ministry.test:8443/cb?a=b", "http://localhost:8080/cb", "http://localhost/cb",
        "http://127.0.0.1:1/", "http://[::1]:8080/cb", "HTTPS://Ministry.test/cb",
        "https://a.test/code?encoded=1&State=2", "Http://LOCALHOST/cb"}) {
    CAPTURE(good);
    CHECK(IsRedirectUri(good));
  }
  for (const char* bad : {"",
                          "https://",
                          "https:///cb",
                          "https://?x",
                          "https:ministry.test",
                          "/cb",
                          "ministry.test",
                          "http://ministry.test/cb",
                          "http://localhost.evil.test/",
                          "http://localhost@evil.test/",
                          "https://a.test/#x",
                          "https://a.test/#",
                          "https://a@b.test/",
                          "https://a.test/ x",
                          "https://a.test/\n",
                          "https://a;b.test/",
                          "https://a..test/",
                          "https://1.2.3.999/",
                          "https://a.test:0/",
                          "https://a.test:99999/",
                          "https://a.test:80.evil/",
                          "javascript:alert(1)",
                          "data:text/html,x",
                          "https://exämple.test/",
                          "https://a.test/?code=1",
                          "https://a.test/?x=1&state",
                          "https://a.test/?error=1",
                          "https://a.test/?error_description=",
                          "https://a.test/?error_uri=1",
                          "https://a.test/?iss=x",
                          "https://a.test/?x&session%5Fstate=1"}) {
    CAPTURE(bad);
    CHECK(!IsRedirectUri(bad));
  }
}

TEST_CASE("Clients' scopes: people's, those of the platform's services, and plug-ins' own") {
  for (const char* good : {"openid", "profile", "email", "address", "tellusonce.subscriber",
                           "payments.read", "fishing.licences.write"}) {
    CAPTURE(good);
    CHECK(IsClientScope(good));
  }
  for (const char* bad : {"", "opnid", "offline_access", "platform.admin", "identity.contact.read",
                          "payments.refund", "payments.ledger.read", "notify.templates.write",
                          "tellusonce", "tellusonce.", ".read", "notify.send.x"}) {
    CAPTURE(bad);
    CHECK(!IsClientScope(bad));
  }
}

TEST_CASE("CheckClient: a client that no sign-in can come to is refused at its field") {
  auto field_of = [](const std::vector<std::string>& uris, const std::vector<std::string>& scopes) {
    v1::CreateClientRequest client;
    client.set_purpose_en("To test");
    client.set_purpose_fr("Pour essayer");
    client.mutable_redirect_uris()->Add(uris.begin(), uris.end());
    client.mutable_scopes()->Add(scopes.begin(), scopes.end());
    auto violations = rpc::ViolationsOf(CheckClient(client));
    return violations.empty() ? std::string() : violations[0].field;
  };
  CHECK(field_of({"https://a.test/", "https://a.test"}, {"openid", "email"}).empty());
  CHECK(field_of({}, {"payments.read"}).empty());
  CHECK(field_of({}, {"openid"}) == "redirect_uris");
  CHECK(field_of({"https://a.test/"}, {"payments.read", "email"}) == "scopes");
  CHECK(field_of({"https://a.test/"}, {"profile"}) == "scopes");
  CHECK(field_of({"https://a.test/", "https://b.test/", "https://a.test/"}, {"openid"}) ==
        "redirect_uris[2]");
  CHECK(field_of({"https://a.test/?code=1"}, {"openid"}) == "redirect_uris[0]");
}

TEST_CASE("CheckPerson: what cannot be mailed or seen is named at its field") {
  v1::CreatePersonRequest good;
  good.set_email(" Zoe@Example.TEST\u200b");
  good.set_given_name("\u00a0Zoe\u0301  Marie ");
  good.set_family_name("Exemple");
  good.mutable_address()->set_line_1(" 12\u3000Elm Street");
  good.mutable_address()->set_line_2("\u00a0");
  good.mutable_address()->set_city("Sudbury");
  constexpr char kPassword[] = "a walk in the woods";
  NewPerson person = TidyPerson(good);
  CHECK(person.profile.email == "Zoe@example.test");
  CHECK(person.profile.given_name == "Zo\u00e9 Marie");
  CHECK(person.profile.address->line_1() == "12 Elm Street");
  CHECK(person.profile.address->line_2().empty());
  CHECK(CheckPerson(person, kPassword).ok());
  auto field_of = [&](const v1::CreatePersonRequest& request, std::string_view password) {
    auto violations = rpc::ViolationsOf(CheckPerson(TidyPerson(request), password));
    return violations.empty() ? std::string() : violations[0].field;
  };
  for (const char* bad : {"marie.@example.com", "m..b@example.com", "a(b)@example.com",
                          "person@localhost", "zo\u00e9@exemple.ca", "a@b.ca,c@d.ca"}) {
    v1::CreatePersonRequest request = good;
    request.set_email(bad);
    CAPTURE(bad);
    CHECK(field_of(request, kPassword) == "email");
  }
  for (const char* blank : {"", " ", "\u00a0", "\u3000", "\u2800", "\u3164\u200b"}) {
    v1::CreatePersonRequest request = good;
    request.set_given_name(blank);
    CHECK(field_of(request, kPassword).empty());
    request.set_family_name(blank);
    CHECK(field_of(request, kPassword) == "given_name");
    request.set_given_name("Suharto");
    CHECK(field_of(request, kPassword).empty());
    request = good;
    request.mutable_address()->set_line_1(blank);
    CHECK(field_of(request, kPassword) == "address.line_1");
    request = good;
    request.mutable_address()->set_city(blank);
    CHECK(field_of(request, kPassword) == "address.city");
  }
  for (const char* bad : {"Zo\u202ee", "Zo\x07\u0065", "Zo\u2067e\u200f e"}) {
    CAPTURE(bad);
    v1::CreatePersonRequest request = good;
    request.set_given_name(bad);
    CHECK(field_of(request, kPassword) == "given_name");
    request = good;
    request.set_family_name(bad);
    CHECK(field_of(request, kPassword) == "family_name");
    request = good;
    request.mutable_address()->set_line_2(bad);
    CHECK(field_of(request, kPassword) == "address.line_2");
    v1::CreateClientRequest client;
    client.set_purpose_fr(bad);
    auto violations = rpc::ViolationsOf(CheckClient(client));
    REQUIRE(violations.size() == 1);
    CHECK(violations[0].field == "purpose_fr");
  }
  good.set_given_name("\u202aZo\u00e9\u202c");  // as copied from a list of contacts
  CHECK(TidyPerson(good).profile.given_name == "Zo\u00e9");
  CHECK(field_of(good, kPassword).empty());
  CHECK(field_of(good, "too short") == "password");
  CHECK(field_of(good, std::string(257, 'x') + "abcde") == "password");
}

TEST_CASE("Lengths count characters however their accents are composed") {
  std::string composed, decomposed;
  for (int i = 0; i < 100; ++i) {
    composed += "\u00e9";
    decomposed += "e\u0301";
  }
  v1::CreatePersonRequest person;
  person.set_email("zoe@example.test");
  person.set_password(decomposed + decomposed);
  person.set_given_name(decomposed);
  person.set_family_name(composed);
  CHECK(rpc::Validate(person).ToString() == "OK");
  person.set_given_name(decomposed + "e");
  CHECK(rpc::Validate(person).message() == "given_name: must be at most 100 characters");
  person.set_given_name(composed);
  person.set_password(decomposed + decomposed + std::string(57, 'a'));
  CHECK(rpc::Validate(person).message() == "password: must be at most 256 characters");
  v1::CreateMinistryRequest ministry;
  ministry.set_name_en(decomposed + decomposed);
  ministry.set_name_fr(composed + composed);
  CHECK(rpc::Validate(ministry).ToString() == "OK");
}

}  // namespace
}  // namespace tamarack::identity
