#include "services/payments/webhook_service.h"

#include "platform/rpc/unary.h"

#include "tamarack/payments/v1/webhook_service.grpc.pb.h"

namespace tamarack::payments {
namespace {

class WebhookService final : public v1::WebhookService::CallbackService {
 public:
  using Api = v1::WebhookService;
  WebhookService(rpc::Interceptor& interceptor, webhooks::Outbox& outbox, idempotency::Once& once)
      : rpc_(interceptor), outbox_(outbox), once_(once) {}

  TAMARACK_UNARY(CreateWebhookEndpoint, v1::CreateWebhookEndpointRequest, v1::WebhookEndpoint) {
    std::vector<std::string> types(request.event_types().begin(), request.event_types().end());
    auto effect = [&](pg::Tx& tx) -> Async<v1::WebhookEndpoint> {
      CO_ASSIGN_OR_RETURN(auto created, co_await outbox_.CreateEndpoint(tx, request.service_id(),
                                                                        request.url(), types));
      v1::WebhookEndpoint response;
      response.set_id(created.endpoint.id);
      response.set_service_id(created.endpoint.tenant_id);
      response.set_url(created.endpoint.url);
      for (const auto& type : created.endpoint.event_types) response.add_event_types(type);
      response.set_secret(created.secret);
      co_return response;
    };
    co_return co_await once_.Run<v1::WebhookEndpoint>(context, request, effect);
  }

 private:
  rpc::Interceptor& rpc_;
  webhooks::Outbox& outbox_;
  idempotency::Once& once_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWebhookService(rpc::Interceptor& interceptor,
                                                  webhooks::Outbox& outbox,
                                                  idempotency::Once& once) {
  return std::make_unique<WebhookService>(interceptor, outbox, once);
}

}  // namespace tamarack::payments
