#include "platform/service/tenants.h"

#include "platform/rpc/errors.h"

#include "tamarack/identity/v1/directory_service.pb.h"

namespace tamarack::service {
namespace {

using identity::v1::FindTenantsRequest;
using identity::v1::FindTenantsResponse;

Async<FindTenantsResponse> Find(rpc::Client& identity, const rpc::Context& context,
                                FindTenantsRequest request) {
  co_return co_await identity.Call<FindTenantsResponse>(
      "/tamarack.identity.v1.DirectoryService/FindTenants", request, {.on_behalf_of = &context});
}

}  // namespace

Async<std::string> FindMinistry(rpc::Client& identity, const rpc::Context& context,
                                std::string_view field, const std::string& ministry_id) {
  FindTenantsRequest request;
  request.add_ministry_ids(ministry_id);
  CO_ASSIGN_OR_RETURN(auto known, co_await Find(identity, context, std::move(request)));
  if (known.ministry_ids().empty()) co_return rpc::InvalidField(field, "there is no such ministry");
  co_return known.ministry_ids(0);
}

Async<std::string> FindService(rpc::Client& identity, const rpc::Context& context,
                               std::string_view field, const std::string& service_id) {
  FindTenantsRequest request;
  request.add_service_ids(service_id);
  CO_ASSIGN_OR_RETURN(auto known, co_await Find(identity, context, std::move(request)));
  if (known.service_ids().empty()) co_return rpc::InvalidField(field, "there is no such service");
  co_return known.service_ids(0);
}

}  // namespace tamarack::service
