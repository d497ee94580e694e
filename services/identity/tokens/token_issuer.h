// Makes access tokens and ID tokens.
#pragma once

#include "platform/auth/access_token.h"
#include "platform/auth/principal.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "services/identity/keys/signing_keys.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// How people sign in today: with a password, one factor (RFC 8176).
inline constexpr char kAcrPassword[] = "urn:tamarack:acr:password";
inline constexpr char kAmrPassword[] = "pwd";

struct IssuedAccessToken {
  std::string token;
  int64_t expires_at_seconds = 0;
};

// What an ID token says (OpenID Connect Core 1.0 section 2).
struct IdTokenTerms {
  std::string subject;
  std::string client_id;
  std::string algorithm = "RS256";
  std::string nonce;
  std::string acr;
  std::vector<std::string> amr;
  int64_t auth_time_seconds = 0;
  std::string_view access_token;  // for at_hash
};

class TokenIssuer {
 public:
  TokenIssuer(SigningKeys& keys, std::string issuer, Clock now)
      : keys_(keys), issuer_(std::move(issuer)), now_(std::move(now)) {}

  // For `audience` and nobody else.
  Async<IssuedAccessToken> AccessToken(const auth::Principal& principal,
                                       const std::string& audience,
                                       int64_t lifetime_seconds = auth::kLifetimeSecondsMax);
  Async<std::string> IdToken(const IdTokenTerms& terms);

  const std::string& issuer() const { return issuer_; }
  // Of the tokens that OAuth clients are given: no back end's, so that they are good at the gateway
  // and nowhere else.
  const std::string& client_audience() const { return issuer_; }
  int64_t NowSeconds() const { return UnixSeconds(now_()); }

 private:
  SigningKeys& keys_;
  std::string issuer_;
  Clock now_;
};

}  // namespace tamarack::identity
