#include "services/payments/payment_view.h"

#include "services/payments/payment_rules.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

namespace tamarack::payments {
namespace {

void SetLink(v1::Link& link, std::string href, const char* method) {
  link.set_href(std::move(href));
  link.set_method(method);
}

void AddLinks(const Payment& payment, const PublicUrls& urls, const std::string& link_token,
              v1::PaymentLinks& links) {
  std::string self = urls.PaymentUrl(payment.id);
  SetLink(*links.mutable_self(), self, "GET");
  SetLink(*links.mutable_events(), self + "/events", "GET");
  if (IsFinished(payment.status)) return;
  SetLink(*links.mutable_next_url(), urls.base + "/secure/" + link_token, "GET");
  auto& post = *links.mutable_next_url_post();
  post.set_type("application/x-www-form-urlencoded");
  (*post.mutable_params()->mutable_fields())["chargeTokenId"].set_string_value(link_token);
  post.set_href(urls.base + "/secure");
  post.set_method("POST");
  SetLink(*links.mutable_cancel(), self + "/cancel", "POST");
}

void SetIfAny(const std::string& value, auto setter) {
  if (!value.empty()) setter(value);
}

void AddCard(const Attempt& attempt, const Payer& payer, v1::Payment& view) {
  auto& card = *view.mutable_card_details();
  card.set_card_brand(BrandLabel(attempt.card.brand));
  card.set_card_type(attempt.card.type);
  card.set_last_digits_card_number(attempt.card.last_digits);
  card.set_first_digits_card_number(attempt.card.first_digits);
  card.set_expiry_date(attempt.card.expiry_date);
  SetIfAny(payer.cardholder_name, [&](auto& value) { card.set_cardholder_name(value); });
  view.set_card_brand(card.card_brand());
  SetIfAny(attempt.provider_id, [&](auto& value) { view.set_provider_id(value); });
}

void AddAddress(const Payer& payer, v1::CardDetails& card) {
  if (payer.line1.empty()) return;
  auto& address = *card.mutable_billing_address();
  address.set_line1(payer.line1);
  SetIfAny(payer.line2, [&](auto& value) { address.set_line2(value); });
  SetIfAny(payer.city, [&](auto& value) { address.set_city(value); });
  SetIfAny(payer.postcode, [&](auto& value) { address.set_postcode(value); });
  SetIfAny(payer.country, [&](auto& value) { address.set_country(value); });
}

void AddSummaries(const Payment& payment, v1::Payment& view) {
  auto& refunds = *view.mutable_refund_summary();
  refunds.set_status("unavailable");
  refunds.set_amount_available(0);
  refunds.set_amount_submitted(0);
  auto& settlement = *view.mutable_settlement_summary();
  if (payment.capture_approved_at)
    settlement.set_capture_submit_time(FormatMillis(*payment.capture_approved_at));
  if (payment.captured_at)
    settlement.set_captured_date(FormatMillis(*payment.captured_at).substr(0, 10));
}

}  // namespace

v1::PaymentState ViewOf(Status status) {
  State state = StateOf(status);
  v1::PaymentState view;
  view.set_status(std::string(state.status));
  view.set_finished(state.finished);
  if (!state.code.empty()) {
    view.set_code(std::string(state.code));
    view.set_message(std::string(state.message));
  }
  return view;
}

v1::Payment ViewOf(const Payment& payment, std::string_view provider, const PublicUrls& urls,
                   const std::string& link_token) {
  v1::Payment view;
  view.set_amount(payment.amount_cents);
  view.set_description(payment.description);
  view.set_reference(payment.reference);
  view.set_language(payment.language);
  if (payment.metadata != "{}") {
    google::protobuf::Struct metadata;
    if (google::protobuf::util::JsonStringToMessage(payment.metadata, &metadata).ok())
      *view.mutable_metadata() = std::move(metadata);
  }
  SetIfAny(payment.payer.email, [&](auto& value) { view.set_email(value); });
  *view.mutable_state() = ViewOf(payment.status);
  view.set_payment_id(payment.id);
  view.set_payment_provider(std::string(provider));
  view.set_created_date(FormatMillis(payment.created_at));
  AddSummaries(payment, view);
  if (payment.attempt) {
    AddCard(*payment.attempt, payment.payer, view);
    AddAddress(payment.payer, *view.mutable_card_details());
  }
  view.set_return_url(payment.return_url);
  view.set_authorisation_mode("web");
  AddLinks(payment, urls, link_token, *view.mutable_links());
  return view;
}

std::string BrandLabel(std::string_view brand) {
  constexpr std::pair<std::string_view, const char*> kLabels[] = {
      {"visa", "Visa"},
      {"master-card", "Mastercard"},
      {"american-express", "American Express"},
      {"discover", "Discover"},
      {"diners-club", "Diners Club"},
      {"jcb", "JCB"},
      {"unionpay", "UnionPay"}};
  for (const auto& [id, label] : kLabels) {
    if (id == brand) return label;
  }
  return std::string(brand);
}

}  // namespace tamarack::payments
