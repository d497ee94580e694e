#pragma once

#include "platform/postgres/postgres.h"

#include <memory>

namespace grpc {
class Service;
}
namespace tamarack::rpc {
class Interceptor;
}

namespace tamarack::payments {

// tamarack.payments.v1.LedgerService.
std::unique_ptr<grpc::Service> MakeLedgerService(rpc::Interceptor& interceptor, pg::Pool& pool);

}  // namespace tamarack::payments
