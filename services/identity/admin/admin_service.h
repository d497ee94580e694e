#pragma once

#include "platform/idempotency/once.h"
#include "platform/redis/redis.h"
#include "platform/rpc/unary.h"
#include "services/identity/api_keys/api_key_repository.h"
#include "services/identity/clients/tenant_repository.h"
#include "services/identity/passwords/passwords.h"
#include "services/identity/people/person_repository.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

// `redis` is for announcing what is revoked; `default_mode`: of clients and people for whom none is
// named.
std::unique_ptr<grpc::Service> MakeAdminService(rpc::Interceptor& interceptor,
                                                TenantRepository& tenants,
                                                ApiKeyRepository& api_keys,
                                                PersonRepository& people, Passwords& passwords,
                                                idempotency::Once& once, redis::Client& redis,
                                                auth::Mode default_mode = auth::Mode::kLive);

}  // namespace tamarack::identity
