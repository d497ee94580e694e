#pragma once

#include "platform/rpc/unary.h"
#include "services/identity/clients/tenant_repository.h"
#include "services/identity/consent/consent_repository.h"
#include "services/identity/people/person_repository.h"
#include "services/identity/people/subject_repository.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

std::unique_ptr<grpc::Service> MakeDirectoryService(rpc::Interceptor& interceptor,
                                                    PersonRepository& people,
                                                    TenantRepository& tenants,
                                                    ConsentRepository& consents,
                                                    SubjectRepository& subjects);

}  // namespace tamarack::identity
