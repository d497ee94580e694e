#include "services/payments/card_page_service.h"

#include "platform/pages/lead_out.h"
#include "platform/rpc/unary.h"
#include "platform/telemetry/log.h"
#include "services/payments/card_page_views.h"
#include "services/payments/card_rules.h"
#include "services/payments/payment_rules.h"

#include "tamarack/payments/v1/card_page_service.grpc.pb.h"

#include <utility>

namespace tamarack::payments {
namespace {

using google::api::HttpBody;
using telemetry::Level;

constexpr std::string_view kCookie = "__Host-tamarack-pay";
constexpr std::string_view kCookieLowerCase = "__host-tamarack-pay";

class CardPageService final : public v1::CardPageService::CallbackService {
 public:
  using Api = v1::CardPageService;

  CardPageService(rpc::Interceptor& interceptor, const pages::Renderer& renderer,
                  PaymentRepository& repository, PaymentMoves& moves, Processor& processor,
                  const PayerAccess& access, PaymentMetrics& metrics, CardPageOptions options)
      : rpc_(interceptor),
        renderer_(renderer),
        repository_(repository),
        moves_(moves),
        processor_(processor),
        access_(access),
        metrics_(metrics),
        options_(std::move(options)) {}

  TAMARACK_UNARY(OpenPayment, v1::OpenPaymentRequest, HttpBody) {
    co_return co_await Open(context, request.charge_token_id());
  }

  TAMARACK_UNARY(OpenPaymentByPost, v1::OpenPaymentByPostRequest, HttpBody) {
    co_return co_await Open(context, request.chargetokenid());
  }

  TAMARACK_UNARY(ShowCard, v1::ShowCardRequest, HttpBody) {
    if (!MayOpen(context, request.payment_id())) co_return NoAccess(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(request.payment_id()));
    if (request.lang().empty())
      co_return RedirectTo(context, CardPath(payment.language, payment.id));
    if (payment.status == Status::kCreated) CO_RETURN_IF_ERROR(co_await moves_.Start(payment.id));
    bool takes_card = payment.status == Status::kCreated ||
                      payment.status == Status::kEnteringCardDetails ||
                      payment.status == Status::kAuthorisationSuccess;
    if (!takes_card) co_return RedirectTo(context, NextPath(payment, request.lang()));
    CheckedCard shown;
    shown.payer = payment.payer;
    co_return renderer_.Render(CardPage(PageOf(context, request.lang()), payment, shown));
  }

  TAMARACK_UNARY(SubmitCard, v1::SubmitCardRequest, HttpBody) {
    if (!MayOpen(context, request.payment_id())) co_return NoAccess(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(request.payment_id()));
    CheckedCard checked = CheckCard(request, options_.clock());
    if (request.change_language() && !IsFinished(payment.status)) {
      checked.errors.clear();
      auto page = CardPage(PageOf(context, request.lang()), payment, checked);
      page.Again(!request.card_no().empty() || !request.cvc().empty());
      co_return renderer_.Render(page);
    }
    if (!checked.errors.empty() && !IsFinished(payment.status)) {
      context.http.SetStatus(422);
      co_return renderer_.Render(CardPage(PageOf(context, request.lang()), payment, checked));
    }
    CO_RETURN_IF_ERROR(co_await Authorise(payment, std::move(checked), request.attempt()));
    CO_ASSIGN_OR_RETURN(payment, co_await repository_.FindForPayer(payment.id));
    bool is_confirmable = payment.status == Status::kAuthorisationSuccess;
    co_return RedirectTo(
        context, CardPath(request.lang(), payment.id, is_confirmable ? "confirm" : "status"));
  }

  TAMARACK_UNARY(ShowConfirm, v1::ShowConfirmRequest, HttpBody) {
    if (!MayOpen(context, request.payment_id())) co_return NoAccess(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(request.payment_id()));
    bool is_confirmable = payment.status == Status::kAuthorisationSuccess && payment.attempt;
    if (!is_confirmable) co_return RedirectTo(context, NextPath(payment, request.lang()));
    co_return renderer_.Render(ConfirmPage(PageOf(context, request.lang()), payment));
  }

  TAMARACK_UNARY(ConfirmPayment, v1::ConfirmPaymentRequest, HttpBody) {
    if (!MayOpen(context, request.payment_id())) co_return NoAccess(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(request.payment_id()));
    absl::Status status = co_await moves_.ApproveCapture(payment.id, request.attempt());
    if (absl::IsFailedPrecondition(status))
      co_return RedirectTo(context, NextPath(payment, request.lang()));
    CO_RETURN_IF_ERROR(status);
    co_return renderer_.Render(
        pages::LeadOutPage(request.lang(), payment.return_url,
                           absl::StrCat("/card_details/", request.payment_id(), "/status")));
  }

  TAMARACK_UNARY(AbandonPayment, v1::AbandonPaymentRequest, HttpBody) {
    if (!MayOpen(context, request.payment_id())) co_return NoAccess(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(request.payment_id()));
    // Who gives up after a declined card has failed to pay, which is not the same as not wanting
    // to.
    bool was_declined = payment.status == Status::kEnteringCardDetails && payment.attempt &&
                        payment.attempt->status == AttemptStatus::kDeclined;
    absl::Status status = co_await moves_.End(
        payment.id, was_declined ? Status::kAuthorisationRejected : Status::kUserCancelled);
    if (!status.ok() && !absl::IsFailedPrecondition(status)) co_return status;
    co_return RedirectTo(context, CardPath(request.lang(), payment.id, "status"));
  }

  TAMARACK_UNARY(ShowOutcome, v1::ShowOutcomeRequest, HttpBody) {
    if (!MayOpen(context, request.payment_id())) co_return NoAccess(context, request.lang());
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(request.payment_id()));
    bool is_untried = !payment.attempt && !IsFinished(payment.status);
    if (is_untried || payment.status == Status::kAuthorisationSuccess) {
      co_return RedirectTo(context, NextPath(payment, request.lang()));
    }
    co_return renderer_.Render(OutcomePage(PageOf(context, request.lang()), payment));
  }

 private:
  static PageContext PageOf(const rpc::Context& context, std::string_view language) {
    return {language, context.csrf_token};
  }

  static HttpBody RedirectTo(rpc::Context& context, std::string location) {
    context.http.Redirect(std::move(location));
    return {};
  }

  bool MayOpen(const rpc::Context& context, const std::string& payment_id) const {
    return access_.IsGranted(context.Cookie(kCookieLowerCase), payment_id);
  }

  // No word on whether there is such a payment.
  HttpBody NoAccess(rpc::Context& context, std::string_view language) const {
    context.http.SetStatus(403);
    auto page = pages::MessagePage(language.empty() ? context.language : language, "LINK_TITLE",
                                   "LINK_TEXT");
    // The other language says the same, whatever the link was.
    return renderer_.Render(page.Path("/card_details/0"));
  }

  Async<HttpBody> Open(rpc::Context& context, const std::string& token) {
    auto link = access_.ReadLink(token);
    if (!link) co_return NoAccess(context, "");
    CO_ASSIGN_OR_RETURN(bool is_unused,
                        co_await repository_.UseLink(link->nonce, link->payment_id));
    // Going back in the browser to a used link is harmless: the cookie tells that it was used
    // there.
    if (!is_unused && !MayOpen(context, link->payment_id)) co_return NoAccess(context, "");
    CO_ASSIGN_OR_RETURN(auto payment, co_await repository_.FindForPayer(link->payment_id));
    context.http.SetCookie(kCookie, access_.Grant(context.Cookie(kCookieLowerCase), payment.id));
    co_return RedirectTo(context, NextPath(payment, payment.language));
  }

  // Has the card authorised, at most once. An unknown outcome is no error: the page says that it is
  // awaited, and a worker finds it out.
  AsyncStatus Authorise(const Payment& payment, CheckedCard checked, int after_attempt) {
    auto attempt_id = co_await moves_.Submit(payment.id, {.card = checked.summary,
                                                          .payer = checked.payer,
                                                          .provider = processor_.name(),
                                                          .check_after = options_.check_after,
                                                          .after_attempt = after_attempt});
    // Posted twice, or ended meanwhile: its page tells.
    if (absl::IsFailedPrecondition(attempt_id.status())) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(attempt_id.status());
    auto answer = co_await processor_.Authorise({.reference = *attempt_id,
                                                 .payment_id = payment.id,
                                                 .amount_cents = payment.amount_cents,
                                                 .currency = payment.currency,
                                                 .card = std::move(checked.card)});
    absl::Status status = answer.status();
    if (answer.ok()) status = (co_await moves_.Resolve(*attempt_id, *answer)).status();
    if (!status.ok()) {
      metrics_.unknown_outcomes.Increment();
      telemetry::Log(
          Level::kWarning, "authorisation outcome unknown",
          {{"payment_id", payment.id}, {"attempt_id", *attempt_id}, {"error", status.ToString()}});
    }
    co_return absl::OkStatus();
  }

  rpc::Interceptor& rpc_;
  const pages::Renderer& renderer_;
  PaymentRepository& repository_;
  PaymentMoves& moves_;
  Processor& processor_;
  const PayerAccess& access_;
  PaymentMetrics& metrics_;
  CardPageOptions options_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCardPageService(
    rpc::Interceptor& interceptor, const pages::Renderer& renderer, PaymentRepository& repository,
    PaymentMoves& moves, Processor& processor, const PayerAccess& access, PaymentMetrics& metrics,
    CardPageOptions options) {
  return std::make_unique<CardPageService>(interceptor, renderer, repository, moves, processor,
                                           access, metrics, std::move(options));
}

}  // namespace tamarack::payments
