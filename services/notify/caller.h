#pragma once

#include "platform/auth/principal.h"

#include <string>

namespace tamarack::notify {

// The service whose templates and notifications a caller sees. Services of the platform itself have
// only a client id.
inline const std::string& ServiceOf(const auth::Principal& principal) {
  return principal.service_id.empty() ? principal.client_id : principal.service_id;
}

// `live`, `team` or `test`. Sandbox access tokens count as test keys.
inline std::string KeyTypeOf(const auth::Principal& principal) {
  if (!principal.key_type.empty()) return principal.key_type;
  return principal.mode == "sandbox" ? "test" : "live";
}

}  // namespace tamarack::notify
