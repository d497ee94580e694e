#include "services/identity/authorization/authorization_request.h"

#include "platform/base/status.h"
#include "platform/base/url.h"
#include "platform/text/language.h"
#include "services/identity/protocol/pkce.h"
#include "services/identity/protocol/url.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr std::string_view kPath = "/oauth2/authorize";

using Request = v1::AuthorizeRequest;
using Result = std::optional<AuthorizationError>;
using Check = Result (*)(const Request&, const OauthClient&, AuthorizationTerms*);

// It travels inside URLs and headers, sealed and encoded on the way.
Result CheckLength(const Request& request, const OauthClient&, AuthorizationTerms*) {
  constexpr size_t kPathLengthMax = 3500;
  if (ToPath(request).size() <= kPathLengthMax) return std::nullopt;
  return {{"invalid_request", "the request is too long"}};
}

// OpenID Connect Core 6.1 and 6.2: what is not supported is refused by name, never ignored.
Result CheckNoRequestObject(const Request& request, const OauthClient&, AuthorizationTerms*) {
  if (!request.request().empty())
    return {{"request_not_supported", "request objects are not supported"}};
  if (!request.request_uri().empty())
    return {{"request_uri_not_supported", "request_uri is not supported"}};
  if (!request.registration().empty())
    return {{"registration_not_supported", "registration is not supported"}};
  return std::nullopt;
}

// RFC 6749 section 4.1.1.
Result CheckResponseType(const Request& request, const OauthClient&, AuthorizationTerms*) {
  if (request.response_type().empty()) return {{"invalid_request", "response_type is missing"}};
  if (request.response_type() != "code")
    return {{"unsupported_response_type", "response_type must be code"}};
  return std::nullopt;
}

Result CheckResponseMode(const Request& request, const OauthClient&, AuthorizationTerms*) {
  if (request.response_mode().empty() || request.response_mode() == "query") return std::nullopt;
  return {{"invalid_request", "response_mode must be query"}};
}

// Scopes that we do not know, or that the client may not have, are left out; the token's `scope`
// says so.
Result CheckScope(const Request& request, const OauthClient& client, AuthorizationTerms* terms) {
  for (absl::string_view scope : absl::StrSplit(request.scope(), ' ', absl::SkipEmpty())) {
    if (IsPersonScope(ToStd(scope)) && client.scopes.contains(ToStd(scope)))
      terms->scopes.emplace(scope);
  }
  if (terms->scopes.contains("openid")) return std::nullopt;
  if (!client.scopes.contains("openid"))
    return {{"unauthorized_client", "the client may not sign people in"}};
  return {{"invalid_scope", "scope must contain openid"}};
}

// RFC 7636 section 4.4.1; required of every client (RFC 9700 section 2.1.1).
Result CheckCodeChallenge(const Request& request, const OauthClient&, AuthorizationTerms*) {
  if (request.code_challenge().empty()) return {{"invalid_request", "code_challenge is missing"}};
  if (request.code_challenge_method() != "S256")
    return {{"invalid_request", "code_challenge_method must be S256"}};
  if (!IsCodeChallenge(request.code_challenge()))
    return {{"invalid_request", "code_challenge is malformed"}};
  return std::nullopt;
}

// OpenID Connect Core 3.1.2.1.
Result CheckPrompt(const Request& request, const OauthClient&, AuthorizationTerms* terms) {
  constexpr std::string_view kKnown[] = {"none", "login", "consent", "select_account"};
  for (absl::string_view prompt : absl::StrSplit(request.prompt(), ' ', absl::SkipEmpty())) {
    if (std::find(std::begin(kKnown), std::end(kKnown), ToStd(prompt)) == std::end(kKnown)) {
      return {{"invalid_request", "prompt has an unknown value"}};
    }
    // A session is one account: another one is chosen by signing in to it.
    terms->prompts.emplace(prompt == "select_account" ? "login" : prompt);
  }
  if (terms->prompts.contains("none") && terms->prompts.size() > 1) {
    return {{"invalid_request", "prompt=none excludes other prompts"}};
  }
  return std::nullopt;
}

Result CheckMaxAge(const Request& request, const OauthClient&, AuthorizationTerms* terms) {
  if (request.max_age().empty()) return std::nullopt;
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(request.max_age(), &seconds) || seconds < 0)
    return {{"invalid_request", "max_age must be a number"}};
  terms->max_age_seconds = seconds;
  return std::nullopt;
}

constexpr Check kChecks[] = {
    CheckLength, CheckNoRequestObject, CheckResponseType, CheckResponseMode,
    CheckScope,  CheckCodeChallenge,   CheckPrompt,       CheckMaxAge,
};

}  // namespace

bool MayRedirect(const Request& request, const OauthClient& client) {
  return client.is_enabled && std::find(client.redirect_uris.begin(), client.redirect_uris.end(),
                                        request.redirect_uri()) != client.redirect_uris.end();
}

std::optional<AuthorizationError> CheckAuthorization(const Request& request,
                                                     const OauthClient& client,
                                                     AuthorizationTerms* terms) {
  for (Check check : kChecks) {
    if (auto error = check(request, client, terms)) return error;
  }
  return std::nullopt;
}

std::string SuccessLocation(const Request& request, std::string_view code,
                            std::string_view issuer) {
  QueryParams params{{"code", std::string(code)}};
  if (!request.state().empty()) params.emplace_back("state", request.state());
  params.emplace_back("iss", issuer);
  return AppendQuery(request.redirect_uri(), params);
}

std::string ErrorLocation(const Request& request, const AuthorizationError& error,
                          std::string_view issuer) {
  // With more, the answer's head would be too large for servers and browsers on the way.
  constexpr size_t kStateBytesMax = 6000;
  QueryParams params{{"error", error.error}, {"error_description", error.description}};
  bool fits = PercentEncode(request.state()).size() <= kStateBytesMax;
  if (!request.state().empty() && fits) params.emplace_back("state", request.state());
  params.emplace_back("iss", issuer);
  return AppendQuery(request.redirect_uri(), params);
}

std::string ToPath(const Request& request) {
  QueryParams params;
  const auto* descriptor = Request::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    std::string value = request.GetReflection()->GetString(request, descriptor->field(i));
    if (!value.empty()) params.emplace_back(descriptor->field(i)->name(), std::move(value));
  }
  return AppendQuery(kPath, params);
}

std::string_view PageLanguage(const Request& request, std::string_view fallback) {
  std::vector<text::LanguageRange> ranges;
  for (absl::string_view locale : absl::StrSplit(request.ui_locales(), ' ', absl::SkipEmpty()))
    ranges.push_back({ToStd(locale)});
  std::string_view language = text::PreferredLanguage(ranges);
  return language.empty() ? fallback : language;
}

}  // namespace tamarack::identity
