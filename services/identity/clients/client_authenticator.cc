#include "services/identity/clients/client_authenticator.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "services/identity/protocol/oauth_error.h"
#include "services/identity/protocol/url.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

namespace tamarack::identity {

absl::StatusOr<ClientCredentials> ReadClientCredentials(std::string_view authorization,
                                                        std::string_view client_id,
                                                        std::string_view client_secret) {
  constexpr std::string_view kScheme = "Basic ";
  if (!absl::StartsWithIgnoreCase(ToAbsl(authorization), ToAbsl(kScheme))) {
    if (client_id.empty() || client_secret.empty())
      return InvalidClient("client authentication is missing");
    return ClientCredentials{std::string(client_id), std::string(client_secret)};
  }
  if (!client_secret.empty())
    return OauthError("invalid_request", "more than one way of client authentication is used");
  // One space or more (RFC 9110 section 11.4).
  absl::string_view encoded = ToAbsl(authorization.substr(kScheme.size()));
  auto decoded = crypto::Base64Decode(ToStd(absl::StripAsciiWhitespace(encoded)));
  size_t colon = decoded.ok() ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return InvalidClient("the Authorization header is malformed");
  // Both are form-encoded before they are joined (RFC 6749 section 2.3.1).
  ClientCredentials credentials{FormDecode(decoded->substr(0, colon)),
                                FormDecode(decoded->substr(colon + 1))};
  if (!client_id.empty() && client_id != credentials.id) {
    return OauthError("invalid_request", "client_id differs from the Authorization header");
  }
  return credentials;
}

Async<OauthClient> ClientAuthenticator::Authenticate(const ClientCredentials& credentials) {
  OauthClient client;
  if (const OauthClient* internal = internal_.Find(credentials.id)) {
    client = *internal;
  } else {
    auto found = co_await tenants_.FindClient(credentials.id);
    if (!found.ok() && !absl::IsNotFound(found.status())) co_return found.status();
    if (found.ok()) client = *std::move(found);
  }
  // Secrets are random, so a plain hash is enough, and quick enough for every token.
  bool is_right =
      crypto::ConstantTimeEqual(crypto::Sha256Hex(credentials.secret), client.secret_sha256);
  if (!is_right || !client.is_enabled) co_return InvalidClient("client authentication failed");
  co_return client;
}

}  // namespace tamarack::identity
