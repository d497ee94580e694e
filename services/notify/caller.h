#pragma once

#include "platform/auth/owner.h"

#include <string>

namespace tamarack::notify {

// `live`, `team` or `test`. Sandbox access tokens count as test keys.
inline std::string KeyTypeOf(const auth::Principal& principal) {
  if (!principal.key_type.empty()) return principal.key_type;
  return principal.mode == "sandbox" ? "test" : "live";
}

}  // namespace tamarack::notify
