#pragma once

#include "platform/rpc/unary.h"

#include <grpcpp/impl/service_type.h>

#include <memory>

namespace fishing {

// Licences live in memory: they are gone when the process ends.
std::unique_ptr<grpc::Service> MakeFishingLicenceService(tamarack::rpc::Interceptor& interceptor);

}  // namespace fishing
