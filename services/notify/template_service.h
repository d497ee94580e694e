#pragma once

#include "platform/idempotency/once.h"
#include "platform/rpc/client.h"
#include "platform/rpc/unary.h"
#include "services/notify/template_repository.h"

#include <memory>

namespace tamarack::notify {

// `identity` knows which services exist.
std::unique_ptr<grpc::Service> MakeTemplateService(rpc::Interceptor& rpc,
                                                   TemplateRepository& templates,
                                                   idempotency::Once& once, rpc::Client& identity);

}  // namespace tamarack::notify
