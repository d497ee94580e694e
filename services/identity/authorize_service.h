#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/unary.h"
#include "services/identity/consent_repository.h"
#include "services/identity/grant_repository.h"
#include "services/identity/interaction.h"
#include "services/identity/metrics.h"
#include "services/identity/person_repository.h"
#include "services/identity/sessions.h"
#include "services/identity/subject_repository.h"
#include "services/identity/tenant_repository.h"
#include "services/identity/token_issuer.h"

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
