#pragma once

#include "platform/base/status.h"
#include "platform/rpc/context.h"
#include "services/identity/authorization_request.h"
#include "services/identity/tenant_repository.h"

#include <optional>
#include <string_view>

namespace tamarack::identity {

// A good authorization request that a page was asked for on the way to.
struct PendingAuthorization {
  v1::AuthorizeRequest request;
  OauthClient client;
  AuthorizationTerms terms;
};

// Reads it from a page's `return_to`, checking it anew. nullopt when `return_to` is another path or
// no good request.
Async<std::optional<PendingAuthorization>> ReadPendingAuthorization(TenantRepository& tenants,
                                                                    std::string_view return_to);

// Lets the page's form lead to the client in the end: Chromium holds form-action against the whole
// chain of redirects.
void AllowReturn(rpc::Context& context, const std::optional<PendingAuthorization>& pending);

}  // namespace tamarack::identity
