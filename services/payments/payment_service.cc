#include "services/payments/payment_service.h"

#include "platform/auth/owner.h"
#include "platform/base/id.h"
#include "platform/rpc/unary.h"
#include "services/payments/create_rules.h"
#include "services/payments/errors.h"
#include "services/payments/list_rules.h"
#include "services/payments/payment_rules.h"

#include "tamarack/payments/v1/payment_service.grpc.pb.h"

#include <utility>

namespace tamarack::payments {
namespace {

// The only processor so far. It takes no real money, so a live payment is refused rather than
// pretended.
constexpr std::string_view kProvider = "sandbox";

class PaymentService final : public v1::PaymentService::CallbackService {
 public:
  using Api = v1::PaymentService;

  PaymentService(rpc::Interceptor& interceptor, PaymentRepository& repository, PaymentMoves& moves,
                 const PayerAccess& access, idempotency::Once& once, PaymentMetrics& metrics,
                 PublicUrls urls, Clock clock)
      : rpc_(interceptor),
        repository_(repository),
        moves_(moves),
        access_(access),
        once_(once),
        metrics_(metrics),
        urls_(std::move(urls)),
        clock_(std::move(clock)) {}

  TAMARACK_UNARY(CreatePayment, v1::CreatePaymentRequest, v1::Payment) {
    CO_RETURN_IF_ERROR(CheckService(context));
    CO_RETURN_IF_ERROR(CheckIdempotencyKey(context.idempotency_key));
    auth::Owner owner = auth::OwnerOf(*context.principal);
    auto checked = CheckCreate(request, owner.is_live());
    if (checked.ok() && owner.is_live()) checked = NoLiveProcessor();
    if (!checked.ok()) co_return co_await Refuse(context, request, checked.status());
    Payment payment = *std::move(checked);
    payment.id = NewShortId();
    payment.owner = std::move(owner);
    payment.ministry_id = context.principal->ministry_id;
    payment.created_at = clock_();
    CO_ASSIGN_OR_RETURN(bool is_new, co_await repository_.Create(
                                         {payment, once_.RowOf(context, request, payment.id)}));
    if (!is_new) {
      auto earlier = co_await Replay(context, request);
      // It was forgotten at this moment: the next try makes one.
      if (absl::IsNotFound(earlier.status())) co_return idempotency::KeyInFlight(context);
      co_return earlier;
    }
    metrics_.CountMove(Status::kCreated, payment.amount_cents);
    co_return View(payment);
  }

  TAMARACK_UNARY(GetPayment, v1::GetPaymentRequest, v1::Payment) {
    CO_ASSIGN_OR_RETURN(auto payment, co_await Find(context, request.payment_id(), "P0200"));
    co_return View(payment);
  }

  TAMARACK_UNARY(ListPaymentEvents, v1::ListPaymentEventsRequest, v1::ListPaymentEventsResponse) {
    CO_ASSIGN_OR_RETURN(auto payment, co_await Find(context, request.payment_id(), "P0300"));
    CO_ASSIGN_OR_RETURN(auto events, co_await repository_.ListEvents(payment));
    v1::ListPaymentEventsResponse response;
    response.set_payment_id(payment.id);
    std::string url = urls_.PaymentUrl(payment.id);
    std::string_view last;
    for (const auto& event : events) {
      // Statuses that look the same from outside are one event.
      if (std::exchange(last, StateOf(event.status).status) == StateOf(event.status).status)
        continue;
      auto& view = *response.add_events();
      view.set_payment_id(payment.id);
      *view.mutable_state() = ViewOf(event.status);
      view.set_updated(FormatMillis(event.created_at));
      view.mutable_links()->mutable_payment_url()->set_href(url);
      view.mutable_links()->mutable_payment_url()->set_method("GET");
    }
    response.mutable_links()->mutable_self()->set_href(url + "/events");
    response.mutable_links()->mutable_self()->set_method("GET");
    co_return response;
  }

  TAMARACK_UNARY(ListPayments, v1::ListPaymentsRequest, v1::ListPaymentsResponse) {
    CO_RETURN_IF_ERROR(CheckService(context));
    CO_ASSIGN_OR_RETURN(auto query, CheckList(request));
    query.filter.owner = auth::OwnerOf(*context.principal);
    CO_ASSIGN_OR_RETURN(auto page, co_await repository_.List(query.filter));
    if (page.payments.empty() && query.page > 1) co_return PageNotFound();
    v1::ListPaymentsResponse response;
    response.set_total(TotalOf(query, page));
    response.set_count(static_cast<int64_t>(page.payments.size()));
    response.set_page(query.page);
    for (const auto& payment : page.payments) *response.add_results() = View(payment);
    *response.mutable_links() = LinksOf(request, query, page, urls_.base);
    co_return response;
  }

  TAMARACK_UNARY(CancelPayment, v1::CancelPaymentRequest, google::protobuf::Empty) {
    CO_ASSIGN_OR_RETURN(auto payment, co_await Find(context, request.payment_id(), "P0500"));
    absl::Status status = co_await moves_.End(payment.id, Status::kSystemCancelled);
    if (absl::IsFailedPrecondition(status)) co_return NotCancellable();
    CO_RETURN_IF_ERROR(status);
    co_return google::protobuf::Empty();
  }

 private:
  static absl::Status CheckService(const rpc::Context& context) {
    if (!context.principal->service_id.empty()) return absl::OkStatus();
    return absl::PermissionDeniedError("the credential belongs to no service");
  }

  Async<Payment> Find(const rpc::Context& context, const std::string& payment_id,
                      std::string_view not_found_code) {
    CO_RETURN_IF_ERROR(CheckService(context));
    auto payment = co_await repository_.Find(auth::OwnerOf(*context.principal), payment_id);
    if (absl::IsNotFound(payment.status())) co_return PaymentNotFound(not_found_code);
    co_return payment;
  }

  // Whatever would be refused now, a request that was accepted gets its payment again.
  Async<v1::Payment> Refuse(rpc::Context& context, const v1::CreatePaymentRequest& request,
                            absl::Status refusal) {
    auto earlier = co_await Replay(context, request);
    if (absl::IsNotFound(earlier.status())) co_return refusal;
    co_return earlier;
  }

  // The payment that the key made, as it is now. NOT_FOUND when it made none.
  Async<v1::Payment> Replay(rpc::Context& context, const v1::CreatePaymentRequest& request) {
    auto made = co_await once_.FindMade(context, request);
    if (absl::IsFailedPrecondition(made.status())) co_return IdempotencyKeyUsed();
    CO_RETURN_IF_ERROR(made.status());
    if (!*made) co_return absl::NotFoundError("no payment has that key");
    CO_ASSIGN_OR_RETURN(auto payment,
                        co_await repository_.Find(auth::OwnerOf(*context.principal), **made));
    metrics_.replays.Increment();
    context.http.SetStatus(200);
    co_return View(payment);
  }

  v1::Payment View(const Payment& payment) const {
    std::string token = IsFinished(payment.status) ? "" : access_.MakeLink(payment.id);
    return ViewOf(payment, kProvider, urls_, token);
  }

  rpc::Interceptor& rpc_;
  PaymentRepository& repository_;
  PaymentMoves& moves_;
  const PayerAccess& access_;
  idempotency::Once& once_;
  PaymentMetrics& metrics_;
  PublicUrls urls_;
  Clock clock_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePaymentService(rpc::Interceptor& interceptor,
                                                  PaymentRepository& repository,
                                                  PaymentMoves& moves, const PayerAccess& access,
                                                  idempotency::Once& once, PaymentMetrics& metrics,
                                                  PublicUrls urls, Clock clock) {
  return std::make_unique<PaymentService>(interceptor, repository, moves, access, once, metrics,
                                          std::move(urls), std::move(clock));
}

}  // namespace tamarack::payments
