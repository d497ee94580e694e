#include "services/tellusonce/subscription_service.h"

#include "platform/auth/owner.h"
#include "platform/base/id.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "platform/service/tenants.h"
#include "platform/text/text.h"
#include "services/tellusonce/return_address.h"

#include "tamarack/tellusonce/v1/subscription_service.grpc.pb.h"

#include <absl/strings/match.h>

namespace tamarack::tellusonce {
namespace {

constexpr char kAdminScope[] = "platform.admin";

// What people read of a subscription.
absl::Status CheckTexts(const v1::Subscription& subscription) {
  absl::Status status = rpc::CheckLine("name_en", subscription.name_en());
  status.Update(rpc::CheckLine("name_fr", subscription.name_fr()));
  status.Update(rpc::CheckLine("purpose_en", subscription.purpose_en()));
  status.Update(rpc::CheckLine("purpose_fr", subscription.purpose_fr()));
  return status;
}

// People choose who is told: the name says which ministry, whatever else it says.
std::string WithMinistry(const std::string& ministry, const std::string& name) {
  std::string said = text::CaseFolded(name), must_say = text::CaseFolded(ministry);
  bool says = said == must_say || absl::StartsWith(said, absl::StrCat(must_say, ","));
  return says ? name : absl::StrCat(ministry, ", ", name);
}

// The pattern of the field lets nothing follow the origin.
absl::Status CheckOrigins(const v1::CreateSubscriptionRequest& request) {
  for (int i = 0; i < request.return_origins_size(); ++i) {
    if (OriginOf(request.return_origins(i)).empty())
      return rpc::InvalidField(absl::StrCat("return_origins[", i, "]"), "is not a valid origin");
  }
  return absl::OkStatus();
}

class SubscriptionService final : public v1::SubscriptionService::CallbackService {
 public:
  using Api = v1::SubscriptionService;
  SubscriptionService(rpc::Interceptor& rpc, SubscriptionRepository& subscriptions,
                      DeliveryRepository& deliveries, webhooks::Outbox& outbox,
                      idempotency::Once& once, rpc::Client& identity)
      : rpc_(rpc),
        subscriptions_(subscriptions),
        deliveries_(deliveries),
        outbox_(outbox),
        once_(once),
        identity_(identity) {}

  TAMARACK_UNARY(CreateSubscription, v1::CreateSubscriptionRequest,
                 v1::CreateSubscriptionResponse) {
    v1::Subscription subscription;
    subscription.set_subscription_id(NewUuid());
    subscription.set_name_en(text::TidyLine(request.name_en()));
    subscription.set_name_fr(text::TidyLine(request.name_fr()));
    subscription.set_purpose_en(text::TidyLine(request.purpose_en()));
    subscription.set_purpose_fr(text::TidyLine(request.purpose_fr()));
    subscription.set_change_type(request.change_type());
    subscription.set_url(request.url());
    subscription.set_mode(request.mode());
    *subscription.mutable_return_origins() = request.return_origins();
    auto prepare = [&]() -> AsyncStatus {
      CO_RETURN_IF_ERROR(CheckOrigins(request));
      CO_RETURN_IF_ERROR(CheckTexts(subscription));
      CO_ASSIGN_OR_RETURN(
          auto ministry,
          co_await service::FindMinistry(identity_, context, "ministry_id", request.ministry_id()));
      subscription.set_ministry_id(ministry.ministry_id());
      subscription.set_name_en(WithMinistry(ministry.name_en(), subscription.name_en()));
      subscription.set_name_fr(WithMinistry(ministry.name_fr(), subscription.name_fr()));
      co_return absl::OkStatus();
    };
    auto effect = [&](pg::Tx& tx) -> Async<v1::CreateSubscriptionResponse> {
      CO_ASSIGN_OR_RETURN(
          auto endpoint,
          co_await outbox_.CreateEndpoint(
              tx, {.id = subscription.subscription_id(), .mode = auth::ModeOf(subscription.mode())},
              request.url(), {}));
      v1::CreateSubscriptionResponse response;
      CO_ASSIGN_OR_RETURN(*response.mutable_subscription(),
                          co_await subscriptions_.Insert(tx, subscription));
      response.set_secret(endpoint.secret);
      co_return response;
    };
    co_return co_await once_.Run<v1::CreateSubscriptionResponse>(context, request, prepare, effect);
  }

  TAMARACK_UNARY(ListSubscriptions, v1::ListSubscriptionsRequest, v1::ListSubscriptionsResponse) {
    bool is_admin = context.principal->HasScope(kAdminScope);
    if (!is_admin && context.principal->ministry_id.empty())
      co_return absl::PermissionDeniedError("no ministry");
    CO_ASSIGN_OR_RETURN(auto subscriptions,
                        co_await (is_admin ? subscriptions_.ListAll()
                                           : subscriptions_.ListOf(MinistryOf(context))));
    v1::ListSubscriptionsResponse response;
    for (auto& each : subscriptions) *response.add_subscriptions() = std::move(each);
    co_return response;
  }

  TAMARACK_UNARY(ReportOutcome, v1::ReportOutcomeRequest, v1::Delivery) {
    if (!IsUuid(request.delivery_id())) co_return absl::NotFoundError("no such delivery");
    if (request.outcome() == "rejected" && request.reason_code().empty()) {
      co_return rpc::InvalidField("reason_code", "required when the outcome is rejected");
    }
    if (request.outcome() != "rejected" && !request.reason_code().empty())
      co_return rpc::InvalidField("reason_code", "belongs to the outcome rejected alone");
    co_return co_await deliveries_.ReportOutcome(MinistryOf(context), request);
  }

  TAMARACK_UNARY(GetDelivery, v1::GetDeliveryRequest, v1::Delivery) {
    if (!IsUuid(request.delivery_id())) co_return absl::NotFoundError("no such delivery");
    co_return co_await deliveries_.Read(MinistryOf(context), request.delivery_id());
  }

 private:
  // Subscriptions are a ministry's, not one of its services'.
  static auth::Owner MinistryOf(const rpc::Context& context) {
    return {.id = context.principal->ministry_id, .mode = auth::ModeOf(context.principal->mode)};
  }

  rpc::Interceptor& rpc_;
  SubscriptionRepository& subscriptions_;
  DeliveryRepository& deliveries_;
  webhooks::Outbox& outbox_;
  idempotency::Once& once_;
  rpc::Client& identity_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSubscriptionService(
    rpc::Interceptor& rpc, SubscriptionRepository& subscriptions, DeliveryRepository& deliveries,
    webhooks::Outbox& outbox, idempotency::Once& once, rpc::Client& identity) {
  return std::make_unique<SubscriptionService>(rpc, subscriptions, deliveries, outbox, once,
                                               identity);
}

}  // namespace tamarack::tellusonce
