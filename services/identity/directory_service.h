#pragma once

#include "platform/rpc/unary.h"
#include "services/identity/consent_repository.h"
#include "services/identity/person_repository.h"
#include "services/identity/subject_repository.h"
#include "services/identity/tenant_repository.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

std::unique_ptr<grpc::Service> MakeDirectoryService(rpc::Interceptor& interceptor,
                                                    PersonRepository& people,
                                                    TenantRepository& tenants,
                                                    ConsentRepository& consents,
                                                    SubjectRepository& subjects);

}  // namespace tamarack::identity
