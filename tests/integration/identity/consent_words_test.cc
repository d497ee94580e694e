// Goal: what people are shown is what is given, and what is kept and shown again. Method: all of
// identity over real gRPC, PostgreSQL and Redis; names, words and purposes change afterwards.
#include "tests/integration/identity/browser.h"

#include <catch2/catch.hpp>

namespace tamarack::identity {
namespace {

constexpr char kEmail[] = "zoe@example.test";

struct Agreeing : World {
  RelyingParty ministry{*this};
  Browser browser{*this};

  Agreeing() {
    NewPerson(kEmail);
    browser.SignIn(kEmail);
  }
  std::string Token(const std::string& scope) {
    return ministry.Redeem(ministry.TokenRequest(ministry.Code(browser, ministry.Request(scope))))
        ->access_token();
  }
  // The names of what UserInfo answers.
  std::set<std::string> Given(const std::string& token) {
    auto info = ministry.UserInfo(token);
    REQUIRE(info.ok());
    std::set<std::string> names;
    for (const auto& member : *info) names.emplace(member.key());
    return names;
  }
};

TEST_CASE_METHOD(Agreeing, "Claims: UserInfo gives what the page names, and discovery says so") {
  v1::ShowConsentRequest show;
  show.set_lang("en");
  show.set_return_to(ministry.OnTheWay());
  PageAnswer page = browser.Open("AuthorizeService/ShowConsent", show, true);
  for (const char* shown : {">Name<", "Zoé Exemple", ">Email address<", kEmail, ">Address<"})
    CHECK(page.Has(shown));
  std::set<std::string> all{"sub",   "name",           "given_name", "family_name",
                            "email", "email_verified", "address"};
  CHECK(Given(Token("openid profile email address")) == all);
  auto body =
      Call<google::api::HttpBody>("TokenService/GetConfiguration", v1::GetConfigurationRequest());
  auto discovery = *ParseStrictObject(body->data());
  std::set<std::string> supported;
  for (const auto& name : discovery.at("claims_supported").as_array())
    supported.emplace(name.as_string());
  for (const char* of_id_tokens : {"iss", "auth_time", "acr", "amr"})
    CHECK(supported.erase(of_id_tokens) == 1);
  CHECK(supported == all);
}

TEST_CASE_METHOD(Agreeing, "Claims: what a consent did not show is not given, but asked for") {
  std::string token = Token("openid profile email");
  // As from a time when the scope `email` gave nothing.
  database_value(
      "UPDATE consent SET claims = '{name}', claim_words_en = '{Name}', claim_words_fr = '{Nom}'");
  CHECK(Given(token) == std::set<std::string>{"sub", "name", "given_name", "family_name"});
  CHECK(database_value("SELECT claims FROM consent_read") == "{name}");
  CHECK(browser.Open("AuthorizeService/Authorize", ministry.Request("openid profile email"))
            .location.starts_with("/en/consent?"));
  CHECK(browser.Open("AuthorizeService/Authorize", ministry.Request("openid profile"))
            .Param("code")
            .size() == 43);
}

TEST_CASE_METHOD(Agreeing, "Consent: words, names and language stay as they were shown") {
  v1::ShowConsentRequest show;
  show.set_lang("fr");
  show.set_return_to(ministry.OnTheWay());
  PageAnswer page = browser.Open("AuthorizeService/ShowConsent", show, true);
  v1::DecideConsentRequest decide;
  decide.set_lang("fr");
  decide.set_return_to(show.return_to());
  decide.set_decision("allow");
  decide.set_revision(std::stoi(page.Field("revision")));
  REQUIRE(browser.GoOn(browser.Open("AuthorizeService/DecideConsent", decide, true).location)
              .Param("code")
              .size() == 43);
  CHECK(database_value("SELECT language || claim_words_en::text || claim_words_fr::text FROM "
                       "consent") ==
        "fr{Name,\"Email address\",Address}{Nom,\"Adresse courriel\",Adresse}");
  Given(Token("openid email"));

  database_value("UPDATE ministry SET name_en = 'Renamed', name_fr = 'Renamed'");
  database_value("UPDATE service SET name_en = 'Renamed', name_fr = 'Renamed'");
  database_value("UPDATE oauth_client SET purpose_en = 'Renamed', purpose_fr = 'Renamed'");
  // As if the catalogue said it otherwise by now.
  database_value("UPDATE consent SET claim_words_en = '{Full name,Mailbox,Home}'");
  PageAnswer english = browser.Account();
  for (const char* text :
       {">Transportation<", "Service: Transportation service", "To renew your licence",
        "Information: Full name, Mailbox, Home", "agreed to in French", ">Mailbox<"})
    CHECK(english.Has(text));
  CHECK(!english.Has("Renamed"));
  PageAnswer french = browser.Account("fr");
  for (const char* text :
       {"Transportation (fr)", "Service Transportation", "Pour renouveler votre permis",
        "Nom, Adresse courriel, Adresse", "consentement donné en français", ">Adresse courriel<"})
    CHECK(french.Has(text));
  CHECK(!french.Has("Renamed"));
}

}  // namespace
}  // namespace tamarack::identity
