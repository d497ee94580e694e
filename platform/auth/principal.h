// Who is calling, as the internal access token says it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace tamarack::auth {

// The keys without which a token is worth nothing (RFC 7800 section 3.1); empty: it is a bearer
// token.
struct Confirmation {
  std::string jkt;       // RFC 9449: thumbprint of the key that signs proofs.
  std::string x5t_s256;  // RFC 8705: base64url of the client certificate's SHA-256.

  bool empty() const { return jkt.empty() && x5t_s256.empty(); }
};

// The caller of one request. Made by TokenVerifier, read by policy checks and handlers.
struct Principal {
  // The person's pairwise subject, or the client id when no person is involved.
  std::string subject;
  std::string client_id;
  std::string ministry_id;
  std::string service_id;
  std::set<std::string, std::less<>> scopes;
  // "live" or "sandbox".
  std::string mode;
  // "live", "team" or "test" when the credential was an API key, else empty.
  std::string key_type;
  // How and when the person signed in; empty and 0 when no person is involved.
  std::string acr;
  int64_t auth_time_seconds = 0;
  // The credential was a person's browser session.
  bool is_session = false;
  // Names that session. In tokens for identity alone, which has to find it.
  std::string session_id;
  // What a person's authorization gave the client (`grant_id`): with that it ends. In clients' own
  // tokens and in those for identity, which can ask.
  std::string grant_id;
  // "en" or "fr"; empty when unknown.
  std::string language;
  Confirmation confirmation;

  bool has_person() const { return !subject.empty() && subject != client_id; }
  bool HasScope(std::string_view scope) const { return scopes.contains(scope); }
};

// Shared by all requests of one token.
using PrincipalPtr = std::shared_ptr<const Principal>;
inline const PrincipalPtr& Nobody() {
  static const auto nobody = std::make_shared<const Principal>();
  return nobody;
}

}  // namespace tamarack::auth
