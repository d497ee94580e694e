#pragma once

#include "platform/pages/pages.h"
#include "platform/redis/redis.h"
#include "platform/rpc/unary.h"
#include "services/identity/authentication/device_repository.h"
#include "services/identity/authentication/sessions.h"
#include "services/identity/consent/consent_repository.h"
#include "services/identity/metrics.h"
#include "services/identity/people/person_repository.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace tamarack::identity {

struct AccountServiceParts {
  rpc::Interceptor& rpc;
  const pages::Renderer& pages;
  PersonRepository& people;
  ConsentRepository& consents;
  Sessions& sessions;
  DeviceRepository& devices;
  redis::Client& redis;
  IdentityMetrics& metrics;
};

std::unique_ptr<grpc::Service> MakeAccountService(const AccountServiceParts& parts);

}  // namespace tamarack::identity
