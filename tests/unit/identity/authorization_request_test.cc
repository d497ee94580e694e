#include "services/identity/authorization/authorization_request.h"
#include "services/identity/protocol/url.h"

#include <catch2/catch.hpp>

#include <functional>

// Goal: every fault of an authorization request is found and named as the specifications say.
// Method: a table of one change each to a good request.
namespace tamarack::identity {
namespace {

constexpr char kRedirectUri[] = "https://ministry.test/cb?tenant=1";

OauthClient Client() {
  OauthClient client;
  client.id = "client";
  client.redirect_uris = {kRedirectUri, "http://localhost:8090/callback"};
  client.scopes = {"openid", "email", "tellusonce.subscriber"};
  return client;
}

v1::AuthorizeRequest Good() {
  v1::AuthorizeRequest request;
  request.set_response_type("code");
  request.set_client_id("client");
  request.set_redirect_uri(kRedirectUri);
  request.set_scope("openid email");
  request.set_state("a b&c=d");
  request.set_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  request.set_code_challenge_method("S256");
  return request;
}

TEST_CASE("CheckAuthorization: names what is wrong") {
  using Request = v1::AuthorizeRequest;
  struct Case {
    const char* error;
    std::function<void(Request&)> spoil;
  };
  const Case cases[] = {
      {"request_not_supported", [](Request& r) { r.set_request("eyJ"); }},
      {"request_uri_not_supported",
       [](Request& r) { r.set_request_uri("https://169.254.169.254/"); }},
      {"registration_not_supported", [](Request& r) { r.set_registration("{}"); }},
      {"invalid_request", [](Request& r) { r.clear_response_type(); }},
      {"unsupported_response_type", [](Request& r) { r.set_response_type("token"); }},
      {"unsupported_response_type", [](Request& r) { r.set_response_type("code id_token"); }},
      {"invalid_request", [](Request& r) { r.set_response_mode("fragment"); }},
      {"invalid_request", [](Request& r) { r.set_response_mode("form_post"); }},
      {"invalid_scope", [](Request& r) { r.clear_scope(); }},
      {"invalid_scope", [](Request& r) { r.set_scope("email"); }},
      {"invalid_scope", [](Request& r) { r.set_scope("OpenID"); }},
      {"invalid_request", [](Request& r) { r.clear_code_challenge(); }},
      {"invalid_request", [](Request& r) { r.clear_code_challenge_method(); }},
      {"invalid_request", [](Request& r) { r.set_code_challenge_method("plain"); }},
      {"invalid_request", [](Request& r) { r.set_code_challenge("too-short"); }},
      {"invalid_request", [](Request& r) { r.set_code_challenge(std::string(43, '!')); }},
      {"invalid_request", [](Request& r) { r.set_code_challenge(std::string(44, 'A')); }},
      {"invalid_request", [](Request& r) { r.set_prompt("none login"); }},
      {"invalid_request", [](Request& r) { r.set_prompt("create"); }},
      {"invalid_request", [](Request& r) { r.set_max_age("-1"); }},
      {"invalid_request", [](Request& r) { r.set_max_age("soon"); }},
      {"invalid_request", [](Request& r) { r.set_max_age(std::string(21, '9')); }},
      {"invalid_request", [](Request& r) { r.set_max_age(std::string(2000, '0') + "x"); }},
      {"invalid_request", [](Request& r) { r.set_state(std::string(2000, '%')); }},
      {"invalid_request", [](Request& r) { r.set_nonce(std::string(3500, 'n')); }},
      {"invalid_request", [](Request& r) { r.set_ui_locales(std::string(4000, ' ')); }},
      {"invalid_request", [](Request& r) { r.set_prompt(std::string(201, 'x')); }},
      {"invalid_request", [](Request& r) { r.set_code_challenge_method(std::string(21, 'S')); }},
      {"unsupported_response_type", [](Request& r) { r.set_response_type(std::string(201, 'x')); }},
      {"invalid_request", [](Request& r) { r.set_prompt("none select_account"); }},
  };
  for (const auto& one : cases) {
    v1::AuthorizeRequest request = Good();
    one.spoil(request);
    CAPTURE(request.ShortDebugString().substr(0, 300));
    AuthorizationTerms terms;
    auto error = CheckAuthorization(request, Client(), &terms);
    REQUIRE(error.has_value());
    CHECK(error->error == one.error);
    CHECK(error->description.find_first_of("\"\\") == std::string::npos);
  }
}

TEST_CASE("CheckAuthorization: a client that may not sign people in is told so") {
  OauthClient client = Client();
  client.scopes = {"tellusonce.subscriber"};
  AuthorizationTerms terms;
  CHECK(CheckAuthorization(Good(), client, &terms)->error == "unauthorized_client");
}

TEST_CASE(
    "CheckAuthorization: a good request gives its terms, without scopes that the client may not "
    "have") {
  v1::AuthorizeRequest request = Good();
  request.set_scope("address email openid unknown tellusonce.subscriber");
  request.set_prompt("login consent");
  request.set_max_age("0");
  AuthorizationTerms terms;
  REQUIRE(!CheckAuthorization(request, Client(), &terms));
  CHECK(terms.scopes == Scopes{"email", "openid"});
  CHECK(terms.prompts.size() == 2);
  CHECK(terms.max_age_seconds == 0);
}

TEST_CASE("CheckAuthorization: what is long or unknown, but does no harm, is good") {
  const std::function<void(v1::AuthorizeRequest&)> changes[] = {
      [](auto& r) { r.set_nonce(std::string(2001, 'n')); },
      [](auto& r) { r.set_state(std::string(2001, 's')); },
      [](auto& r) {
        std::string locales;
        for (int i = 0; i < 40; ++i) locales += "x-klingon ";
        r.set_ui_locales(locales + "fr");
      },
      [](auto& r) { r.set_max_age("0000000000000000000060"); },
  };
  for (const auto& change : changes) {
    v1::AuthorizeRequest request = Good();
    change(request);
    CAPTURE(request.ShortDebugString().substr(0, 300));
    AuthorizationTerms terms;
    CHECK(!CheckAuthorization(request, Client(), &terms));
  }
}

TEST_CASE("CheckAuthorization: to choose an account is to sign in again") {
  const struct {
    const char* prompt;
    std::set<std::string, std::less<>> prompts;
  } kCases[] = {{"select_account", {"login"}},
                {"select_account consent", {"consent", "login"}},
                {"login select_account", {"login"}},
                {"", {}}};
  for (const auto& c : kCases) {
    v1::AuthorizeRequest request = Good();
    request.set_prompt(c.prompt);
    AuthorizationTerms terms;
    REQUIRE(!CheckAuthorization(request, Client(), &terms));
    CHECK(terms.prompts == c.prompts);
  }
}

TEST_CASE("MayRedirect: only to a registered URI, character by character, of an enabled client") {
  v1::AuthorizeRequest request = Good();
  OauthClient client = Client();
  CHECK(MayRedirect(request, client));
  for (const char* uri :
       {"", "https://ministry.test/cb", "https://ministry.test/cb?tenant=1&x=y",
        "https://ministry.test/cb?tenant=1#", "https://ministry.test/cb/../cb?tenant=1",
        "https://Ministry.test/cb?tenant=1", "https://ministry.test:443/cb?tenant=1",
        "https://ministry.test@evil.test/cb?tenant=1",
        "https://evil.test/?https://ministry.test/cb?tenant=1", "http://127.0.0.1:8090/callback",
        "http://localhost:8091/callback", "https://ministry.test/%63b?tenant=1"}) {
    request.set_redirect_uri(uri);
    CHECK(!MayRedirect(request, client));
  }
  client.is_enabled = false;
  CHECK(!MayRedirect(Good(), client));
}

TEST_CASE(
    "SuccessLocation and ErrorLocation: keep the URI's query, echo the state, name the issuer") {
  CHECK(
      SuccessLocation(Good(), "c0de", "https://id.test") ==
      "https://ministry.test/cb?tenant=1&code=c0de&state=a%20b%26c%3Dd&iss=https%3A%2F%2Fid.test");
  v1::AuthorizeRequest request = Good();
  request.clear_state();
  CHECK(ErrorLocation(request, {"access_denied", "no"}, "https://id.test") ==
        "https://ministry.test/"
        "cb?tenant=1&error=access_denied&error_description=no&iss=https%3A%2F%2Fid.test");
}

TEST_CASE("ErrorLocation: a state comes back unless no header could hold it") {
  v1::AuthorizeRequest request = Good();
  for (const auto& [state, comes_back] :
       {std::pair(std::string(6000, 's'), true), std::pair(std::string(6001, 's'), false),
        std::pair(std::string(2000, '%'), true), std::pair(std::string(2001, '%'), false)}) {
    request.set_state(state);
    std::string location = ErrorLocation(request, {"invalid_request", "no"}, "https://id.test");
    CHECK((location.find("&state=") != std::string::npos) == comes_back);
  }
}

TEST_CASE("ToPath: the request's parameters, as a query") {
  v1::AuthorizeRequest request = Good();
  request.set_nonce("é \n+%");
  std::string path = ToPath(request);
  REQUIRE(path.starts_with("/oauth2/authorize?response_type=code&client_id=client&"));
  QueryParams params = ParseQuery(path.substr(path.find('?') + 1));
  CHECK(params.size() == 8);
  CHECK(params[2] == std::pair<std::string, std::string>("redirect_uri", kRedirectUri));
  CHECK(params[5] == std::pair<std::string, std::string>("nonce", "é \n+%"));
}

TEST_CASE("PageLanguage: the first language of ui_locales that we speak") {
  v1::AuthorizeRequest request;
  CHECK(PageLanguage(request, "fr") == "fr");
  request.set_ui_locales("de fr-CA en");
  CHECK(PageLanguage(request, "en") == "fr");
  request.set_ui_locales("iu de");
  CHECK(PageLanguage(request, "en") == "en");
  for (const auto& [locales, language] :
       {std::pair("FR-CA", "fr"), std::pair("frr en", "en"), std::pair("frr", "x"),
        std::pair("enm fr", "fr"), std::pair("EN-Latn-CA fr", "en"), std::pair("fr_CA", "x"),
        std::pair("  Fr  ", "fr"), std::pair("french", "x")}) {
    CAPTURE(locales);
    request.set_ui_locales(locales);
    CHECK(PageLanguage(request, "x") == language);
  }
}

TEST_CASE("SafeReturnTo: paths of this site only") {
  for (const char* path : {"/", "/en/account", "/oauth2/authorize?a=b%20c"})
    CHECK(SafeReturnTo(path, "/x") == path);
  for (const char* path : {"", "en", "//evil.test", "/\\evil.test", "https://evil.test", "/a b",
                           "/a\r\nSet-Cookie: x", "\t/x", "/é"}) {
    CHECK(SafeReturnTo(path, "/x") == "/x");
  }
}

}  // namespace
}  // namespace tamarack::identity
