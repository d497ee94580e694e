#pragma once

#include "platform/redis/redis.h"
#include "platform/rpc/unary.h"
#include "services/identity/clients/client_authenticator.h"
#include "services/identity/consent/consent_repository.h"
#include "services/identity/keys/signing_keys.h"
#include "services/identity/metrics.h"
#include "services/identity/people/person_repository.h"
#include "services/identity/protocol/possession.h"
#include "services/identity/tokens/grant_repository.h"
#include "services/identity/tokens/token_issuer.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

struct TokenServiceParts {
  rpc::Interceptor& rpc;
  SigningKeys& keys;
  TokenIssuer& issuer;
  ClientAuthenticator& clients;
  TenantRepository& tenants;
  GrantRepository& grants;
  ConsentRepository& consents;
  PersonRepository& people;
  Possession& possession;
  redis::Client& redis;
  IdentityMetrics& metrics;
};

std::unique_ptr<grpc::Service> MakeTokenService(const TokenServiceParts& parts);

}  // namespace tamarack::identity
