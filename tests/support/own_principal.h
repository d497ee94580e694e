#pragma once

#include "platform/rpc/context.h"

#include <memory>
#include <utility>

namespace tamarack::testing {

// A principal of the context's own, like the one that it has, to be altered at once.
inline auth::Principal& OwnPrincipal(rpc::Context& context) {
  auto own = std::make_shared<auth::Principal>(*context.principal);
  auth::Principal& principal = *own;
  context.principal = std::move(own);
  return principal;
}

}  // namespace tamarack::testing
