// Who is asking for tokens: the authentication of OAuth clients (RFC 6749 section 2.3).
#pragma once

#include "platform/base/status.h"
#include "services/identity/clients/internal_clients.h"
#include "services/identity/clients/tenant_repository.h"

#include <string>
#include <string_view>

namespace tamarack::identity {

struct ClientCredentials {
  std::string id;
  std::string secret;
};

// Reads client_secret_basic or client_secret_post. An OAuth error when both or neither are there.
absl::StatusOr<ClientCredentials> ReadClientCredentials(std::string_view authorization,
                                                        std::string_view client_id,
                                                        std::string_view client_secret);

class ClientAuthenticator {
 public:
  ClientAuthenticator(const InternalClients& internal, TenantRepository& tenants)
      : internal_(internal), tenants_(tenants) {}

  // The enabled client of these credentials, or the OAuth error invalid_client.
  Async<OauthClient> Authenticate(const ClientCredentials& credentials);

 private:
  const InternalClients& internal_;
  TenantRepository& tenants_;
};

}  // namespace tamarack::identity
