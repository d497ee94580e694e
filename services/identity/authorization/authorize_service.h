#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/unary.h"
#include "services/identity/authentication/sessions.h"
#include "services/identity/authorization/interaction.h"
#include "services/identity/clients/tenant_repository.h"
#include "services/identity/consent/consent_repository.h"
#include "services/identity/metrics.h"
#include "services/identity/people/person_repository.h"
#include "services/identity/people/subject_repository.h"
#include "services/identity/tokens/grant_repository.h"
#include "services/identity/tokens/token_issuer.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

struct AuthorizeServiceParts {
  rpc::Interceptor& rpc;
  const pages::Renderer& pages;
  TokenIssuer& issuer;
  Interactions& interactions;
  TenantRepository& tenants;
  PersonRepository& people;
  ConsentRepository& consents;
  GrantRepository& grants;
  Sessions& sessions;
  SubjectRepository& subjects;
  IdentityMetrics& metrics;
};

std::unique_ptr<grpc::Service> MakeAuthorizeService(const AuthorizeServiceParts& parts);

}  // namespace tamarack::identity
