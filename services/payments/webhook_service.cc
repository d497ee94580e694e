#include "services/payments/webhook_service.h"

#include "platform/rpc/errors.h"
#include "platform/rpc/unary.h"
#include "platform/service/tenants.h"
#include "services/payments/payment_rules.h"

#include "tamarack/payments/v1/webhook_service.grpc.pb.h"

#include <absl/strings/str_join.h>

namespace tamarack::payments {
namespace {

absl::Status CheckEventTypes(const std::vector<std::string>& types) {
  std::vector<rpc::FieldViolation> unknown;
  for (size_t i = 0; i < types.size(); ++i) {
    if (EventTypes().contains(types[i])) continue;
    unknown.push_back({absl::StrCat("event_types[", i, "]"),
                       absl::StrCat("must be one of ", absl::StrJoin(EventTypes(), ", "))});
  }
  return unknown.empty() ? absl::OkStatus() : rpc::InvalidFields(unknown);
}

class WebhookService final : public v1::WebhookService::CallbackService {
 public:
  using Api = v1::WebhookService;
  WebhookService(rpc::Interceptor& interceptor, webhooks::Outbox& outbox, idempotency::Once& once,
                 rpc::Client& identity)
      : rpc_(interceptor), outbox_(outbox), once_(once), identity_(identity) {}

  TAMARACK_UNARY(CreateWebhookEndpoint, v1::CreateWebhookEndpointRequest, v1::WebhookEndpoint) {
    std::vector<std::string> types(request.event_types().begin(), request.event_types().end());
    auth::Owner owner{.id = {}, .mode = auth::ModeOf(request.mode())};
    auto prepare = [&]() -> AsyncStatus {
      CO_RETURN_IF_ERROR(CheckEventTypes(types));
      CO_ASSIGN_OR_RETURN(owner.id, co_await service::FindService(identity_, context, "service_id",
                                                                  request.service_id()));
      co_return absl::OkStatus();
    };
    auto effect = [&](pg::Tx& tx) -> Async<v1::WebhookEndpoint> {
      CO_ASSIGN_OR_RETURN(auto created,
                          co_await outbox_.CreateEndpoint(tx, owner, request.url(), types));
      v1::WebhookEndpoint response;
      response.set_id(created.endpoint.id);
      response.set_service_id(created.endpoint.owner.id);
      response.set_mode(std::string(created.endpoint.owner.mode_name()));
      response.set_url(created.endpoint.url);
      for (const auto& type : created.endpoint.event_types) response.add_event_types(type);
      response.set_secret(created.secret);
      co_return response;
    };
    co_return co_await once_.Run<v1::WebhookEndpoint>(context, request, prepare, effect);
  }

 private:
  rpc::Interceptor& rpc_;
  webhooks::Outbox& outbox_;
  idempotency::Once& once_;
  rpc::Client& identity_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWebhookService(rpc::Interceptor& interceptor,
                                                  webhooks::Outbox& outbox, idempotency::Once& once,
                                                  rpc::Client& identity) {
  return std::make_unique<WebhookService>(interceptor, outbox, once, identity);
}

}  // namespace tamarack::payments
