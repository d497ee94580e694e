#include "services/identity/pending_authorization.h"

#include "services/identity/url.h"

namespace tamarack::identity {

Async<std::optional<PendingAuthorization>> ReadPendingAuthorization(TenantRepository& tenants,
                                                                    std::string_view return_to) {
  auto request = FromPath(return_to);
  if (!request) co_return std::nullopt;
  auto client = co_await tenants.FindClient(request->client_id());
  if (absl::IsNotFound(client.status())) co_return std::nullopt;
  if (!client.ok()) co_return client.status();
  PendingAuthorization pending{*std::move(request), *std::move(client), {}};
  if (!MayRedirect(pending.request, pending.client)) co_return std::nullopt;
  if (CheckAuthorization(pending.request, pending.client, &pending.terms)) co_return std::nullopt;
  co_return pending;
}

void AllowReturn(rpc::Context& context, const std::optional<PendingAuthorization>& pending) {
  if (pending) context.http.AllowFormAction(OriginOf(pending->request.redirect_uri()));
}

}  // namespace tamarack::identity
