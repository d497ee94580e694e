#pragma once

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/json/strict.h"
#include "services/identity/authorization/authorization_request.h"
#include "services/identity/protocol/url.h"
#include "tests/integration/identity/world.h"
#include "tests/support/lead_out.h"

#include "tamarack/identity/v1/account_service.pb.h"
#include "tamarack/identity/v1/authorize_service.pb.h"
#include "tamarack/identity/v1/sign_in_service.pb.h"

#include <google/api/httpbody.pb.h>

#include <map>
#include <string>

namespace tamarack::identity {

inline std::string Text(const boost::json::object& object, std::string_view name) {
  return std::string(StringMember(object, name));
}

// What a page's RPC answered, as the gateway would print it.
struct PageAnswer {
  absl::Status status;
  int http_status = 200;
  std::string body;
  std::string location;  // Where it leads by itself, by a redirect or as a page.

  bool Has(std::string_view text) const { return body.find(text) != std::string::npos; }
  // The value of the form's hidden field.
  std::string Field(const std::string& name) const {
    std::string before = "name=\"" + name + "\" value=\"";
    size_t at = body.find(before);
    if (at == std::string::npos) return "";
    at += before.size();
    return body.substr(at, body.find('"', at) - at);
  }
  // The parameter of the location's query.
  std::string Param(std::string_view name) const {
    for (const auto& [key, value] :
         ParseQuery(location.substr(std::min(location.find('?') + 1, location.size())))) {
      if (key == name) return value;
    }
    return "";
  }
};

// A person's browser: keeps cookies, and plays the gateway's part of turning the session into a
// token.
struct Browser {
  explicit Browser(World& world_) : world(world_) {}

  PageAnswer Open(const std::string& method, const google::protobuf::Message& request,
                  bool needs_session = false) {
    std::map<std::string, std::string> metadata{{"x-tamarack-client-ip", client_ip},
                                                {"x-tamarack-csrf-token", "csrf"}};
    for (const auto& [name, value] : cookies) metadata["x-tamarack-cookie-" + name] = value;
    std::string token;
    if (needs_session) {
      auto exchanged = world.ExchangeSession(cookies["__host-tamarack-session"]);
      if (!exchanged.ok()) {
        PageAnswer refused;
        refused.status = exchanged.status();
        return refused;
      }
      token = exchanged->access_token();
    }
    testing::Answer answer;
    auto page = world.Call<google::api::HttpBody>(method, request, token, metadata, &answer);
    PageAnswer out;
    out.status = page.status();
    if (page.ok()) out.body = page->data();
    if (!answer.Http("status").empty()) out.http_status = std::stoi(answer.Http("status"));
    out.location =
        answer.Http("location").empty() ? testing::LedTo(out.body) : answer.Http("location");
    auto [begin, end] = answer.metadata.equal_range("x-tamarack-http-set-cookie");
    for (auto cookie = begin; cookie != end; ++cookie) Keep(cookie->second);
    return out;
  }

  PageAnswer SignIn(const std::string& email, const std::string& password = "a walk in the woods",
                    const std::string& return_to = "") {
    v1::SignInRequest request;
    request.set_lang("en");
    request.set_email(email);
    request.set_password(password);
    request.set_return_to(return_to);
    return Open("SignInService/SignIn", request);
  }
  PageAnswer Consent(const std::string& return_to, const std::string& decision = "allow") {
    v1::ShowConsentRequest show;
    show.set_lang("en");
    show.set_return_to(return_to);
    PageAnswer page = Open("AuthorizeService/ShowConsent", show, true);
    v1::DecideConsentRequest request;
    request.set_lang("en");
    request.set_return_to(return_to);
    request.set_decision(decision);
    request.set_revision(std::atoi(page.Field("revision").c_str()));
    return Open("AuthorizeService/DecideConsent", request, true);
  }
  // To the authorization endpoint, where a page led.
  PageAnswer GoOn(const std::string& path) {
    v1::ContinueAuthorizationRequest request;
    request.set_interaction(path.substr(std::min(path.find('=') + 1, path.size())));
    return Open("AuthorizeService/ContinueAuthorization", request);
  }
  PageAnswer Account(const std::string& lang = "en") {
    v1::ShowAccountRequest request;
    request.set_lang(lang);
    return Open("AccountService/ShowAccount", request, true);
  }

  void Keep(const std::string& cookie) {
    std::string name = cookie.substr(0, cookie.find('='));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    std::string value =
        cookie.substr(cookie.find('=') + 1, cookie.find(';') - cookie.find('=') - 1);
    cookies.erase(name);
    if (!value.empty()) cookies[name] = value;
  }

  World& world;
  std::string client_ip = "192.0.2.1";
  std::map<std::string, std::string> cookies;  // lower-case names
};

inline constexpr char kVerifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr char kRedirectUri[] = "https://ministry.test/callback";

// A ministry's client that signs people in.
struct RelyingParty {
  explicit RelyingParty(World& world_, const std::string& mode = "live")
      : world(world_), client(world.NewClient(world.NewService().service_id(), mode)) {}

  v1::AuthorizeRequest Request(const std::string& scope = "openid profile email address") const {
    v1::AuthorizeRequest request;
    request.set_response_type("code");
    request.set_client_id(client.client().client_id());
    request.set_redirect_uri(kRedirectUri);
    request.set_scope(scope);
    request.set_state("some state");
    request.set_nonce("some nonce");
    request.set_code_challenge(crypto::Base64UrlEncode(crypto::Sha256(kVerifier)));
    request.set_code_challenge_method("S256");
    return request;
  }

  // What pages on the way carry, from now.
  std::string OnTheWay() const {
    return world.interactions.Path(world.interactions.Begin(Request()));
  }

  v1::TokenRequest TokenRequest(const std::string& code) const {
    v1::TokenRequest request;
    request.set_grant_type("authorization_code");
    request.set_client_id(client.client().client_id());
    request.set_client_secret(client.client_secret());
    request.set_code(code);
    request.set_redirect_uri(kRedirectUri);
    request.set_code_verifier(kVerifier);
    return request;
  }
  absl::StatusOr<v1::TokenResponse> Redeem(const v1::TokenRequest& request) {
    return world.Call<v1::TokenResponse>("TokenService/Token", request);
  }

  // Through sign-in and consent; the code.
  std::string Code(Browser& browser, const v1::AuthorizeRequest& request) {
    PageAnswer answer = browser.Open("AuthorizeService/Authorize", request);
    if (answer.location.find("/consent?") != std::string::npos) {
      answer = browser.Consent(answer.Param("return_to"));
      answer = browser.GoOn(answer.location);
    }
    return answer.Param("code");
  }

  absl::StatusOr<boost::json::object> UserInfo(const std::string& access_token) {
    auto exchanged = world.ExchangeBearer(access_token);
    if (!exchanged.ok()) return exchanged.status();
    auto body = world.Call<google::api::HttpBody>(
        "TokenService/GetUserInfo", v1::GetUserInfoRequest(), exchanged->access_token());
    if (!body.ok()) return body.status();
    return ParseStrictObject(body->data());
  }

  World& world;
  v1::CreateClientResponse client;
};

}  // namespace tamarack::identity
