#pragma once

#include "platform/auth/token_verifier.h"
#include "platform/rpc/unary.h"
#include "services/identity/api_keys/api_key_repository.h"
#include "services/identity/authentication/sessions.h"
#include "services/identity/clients/client_authenticator.h"
#include "services/identity/consent/consent_repository.h"
#include "services/identity/metrics.h"
#include "services/identity/people/subject_repository.h"
#include "services/identity/protocol/possession.h"
#include "services/identity/tokens/grant_repository.h"
#include "services/identity/tokens/token_issuer.h"

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>

namespace tamarack::identity {

struct CredentialServiceParts {
  rpc::Interceptor& rpc;
  auth::TokenVerifier& client_tokens;  // Of TokenIssuer::client_audience.
  TokenIssuer& issuer;
  const InternalClients& internal;
  ClientAuthenticator& clients;
  TenantRepository& tenants;
  ApiKeyRepository& api_keys;
  ConsentRepository& consents;
  GrantRepository& grants;
  Sessions& sessions;
  Possession& possession;
  SubjectRepository& subjects;
  IdentityMetrics& metrics;
};

// tamarack.api.v1.CredentialService: what the gateway is told of the credentials that callers
// present.
std::unique_ptr<grpc::Service> MakeCredentialService(const CredentialServiceParts& parts);

}  // namespace tamarack::identity
