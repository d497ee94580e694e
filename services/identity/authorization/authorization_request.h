// Authorization requests: what is checked of them, and where their answers go. Pure functions.
#pragma once

#include "services/identity/clients/tenant_repository.h"
#include "services/identity/people/claims.h"

#include "tamarack/identity/v1/authorize_service.pb.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tamarack::identity {

// An error that the client is told of by a redirect (RFC 6749 section 4.1.2.1).
struct AuthorizationError {
  std::string error;
  std::string description;
};

// What a good request asks for.
struct AuthorizationTerms {
  // Those asked for that the client may have.
  Scopes scopes;
  // `select_account` as `login`.
  std::set<std::string, std::less<>> prompts;
  std::optional<int64_t> max_age_seconds;
};

// Only a client that exists and a redirect URI of its own, character by character, may be sent
// anything at all.
bool MayRedirect(const v1::AuthorizeRequest& request, const OauthClient& client);

// Everything else, in the order of the specifications; fills in `terms`. nullopt when the request
// is good.
std::optional<AuthorizationError> CheckAuthorization(const v1::AuthorizeRequest& request,
                                                     const OauthClient& client,
                                                     AuthorizationTerms* terms);

// Where the client's answer goes: code or error, with `state` and `iss` (RFC 9207). An error leaves
// out a `state` of which no answer could be made.
std::string SuccessLocation(const v1::AuthorizeRequest& request, std::string_view code,
                            std::string_view issuer);
std::string ErrorLocation(const v1::AuthorizeRequest& request, const AuthorizationError& error,
                          std::string_view issuer);

// The request as a path of this site.
std::string ToPath(const v1::AuthorizeRequest& request);

// "en" or "fr" by `ui_locales`, else `fallback`.
std::string_view PageLanguage(const v1::AuthorizeRequest& request, std::string_view fallback);

}  // namespace tamarack::identity
