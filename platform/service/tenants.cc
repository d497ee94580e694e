#include "platform/service/tenants.h"

#include "platform/rpc/errors.h"

namespace tamarack::service {
namespace {

using identity::v1::FindTenantsRequest;
using identity::v1::FindTenantsResponse;

Async<FindTenantsResponse> Find(rpc::Client& identity, const rpc::Context& context,
                                FindTenantsRequest request) {
  auto found = co_await identity.Call<FindTenantsResponse>(
      "/tamarack.identity.v1.DirectoryService/FindTenants", request, {.on_behalf_of = &context});
  bool is_unanswered =
      absl::IsUnavailable(found.status()) || absl::IsDeadlineExceeded(found.status());
  if (!is_unanswered) co_return found;
  // In words of our own, which tell the gateway that the outcome is known.
  co_return rpc::WithHttp(
      absl::UnavailableError(
          context.language == "fr"
              ? "Rien n’a été fait\u00a0: ce que la requête nomme n’a pas pu être "
                "vérifié. Réessayez dans un moment."
              : "Nothing was done: what the request names could not be looked "
                "up. Try again in a moment."),
      503, {});
}

}  // namespace

Async<identity::v1::Ministry> FindMinistry(rpc::Client& identity, const rpc::Context& context,
                                           std::string_view field, const std::string& ministry_id) {
  FindTenantsRequest request;
  request.add_ministry_ids(ministry_id);
  CO_ASSIGN_OR_RETURN(auto known, co_await Find(identity, context, std::move(request)));
  if (known.ministries().empty()) co_return rpc::InvalidField(field, "there is no such ministry");
  co_return known.ministries(0);
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
