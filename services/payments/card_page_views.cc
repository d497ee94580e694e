#include "services/payments/card_page_views.h"

#include "platform/base/status.h"
#include "platform/pages/format.h"
#include "platform/text/canada.h"
#include "services/payments/countries.h"
#include "services/payments/payment_rules.h"
#include "services/payments/payment_view.h"

#include <utility>

namespace tamarack::payments {
namespace {

pages::Page NewPage(std::string_view name, const PageContext& context, const Payment& payment,
                    std::string_view step) {
  pages::Page page(name, context.language, context.csrf_token);
  page.Path(CardPath("", payment.id, step));
  page.Set("PAYMENT_ID", payment.id)
      .Set("DESCRIPTION", payment.description)
      .Set("REFERENCE", payment.reference)
      .Set("AMOUNT", pages::FormatMoney(payment.amount_cents, context.language, payment.currency));
  return page;
}

// Canada is selected unless another country is known.
void AddCountries(pages::Page& page, std::string_view language, std::string selected) {
  if (selected.empty()) selected = "CA";
  for (const auto& code : CountryCodes()) {
    pages::Scope& option =
        page.Add("COUNTRIES").Set("VALUE", code).Set("LABEL", CountryName(code, language));
    if (code == selected) option.Show("SELECTED");
  }
  page.Sort("COUNTRIES", "LABEL");
}

// "12 Elm Street, Sudbury ON P3C 1S8", "8 Finance Street, Hong Kong, Hong Kong".
std::string AddressText(const Payer& payer, std::string_view language) {
  std::string postcode =
      payer.country == "CA" ? pages::FormatPostalCode(payer.postcode) : payer.postcode;
  std::string text;
  for (const auto& [part, separator] :
       {std::pair(payer.line1, ""), std::pair(payer.line2, ", "), std::pair(payer.city, ", "),
        std::pair(payer.province, " "), std::pair(postcode, " ")}) {
    if (!part.empty()) absl::StrAppend(&text, text.empty() ? "" : separator, part);
  }
  if (!payer.country.empty() && payer.country != "CA")
    absl::StrAppend(&text, ", ", CountryName(payer.country, language));
  return text;
}

// What the page says, and which ways on it offers.
struct Outcome {
  const char* section;
  bool can_retry = false;
};

Outcome OutcomeOf(const Payment& payment) {
  switch (payment.status) {
    case Status::kCaptureApproved:
    case Status::kCaptured:
      return {"SUCCESS"};
    case Status::kAuthorisationRejected:
      return {"DECLINED"};
    case Status::kExpired:
      return {"EXPIRED"};
    case Status::kUserCancelled:
    case Status::kSystemCancelled:
      return {"CANCELLED"};
    case Status::kAuthorisationError:
    case Status::kCaptureError:
      return {"FAILED"};
    case Status::kCreated:
    case Status::kEnteringCardDetails: {
      bool is_declined = payment.attempt && payment.attempt->status == AttemptStatus::kDeclined;
      return {is_declined ? "DECLINED" : "UNREACHED", true};
    }
    case Status::kAuthorisationSubmitted:
    case Status::kAuthorisationSuccess:
      return {"WAITING"};
  }
  return {"FAILED"};
}

}  // namespace

std::string CardPath(std::string_view language, std::string_view payment_id,
                     std::string_view step) {
  return absl::StrCat(language.empty() ? "" : "/", ToAbsl(language), "/card_details/",
                      ToAbsl(payment_id), step.empty() ? "" : "/", ToAbsl(step));
}

std::string NextPath(const Payment& payment, std::string_view language) {
  switch (payment.status) {
    case Status::kCreated:
    case Status::kEnteringCardDetails:
      return CardPath(language, payment.id);
    case Status::kAuthorisationSuccess:
      return CardPath(language, payment.id, "confirm");
    default:
      return CardPath(language, payment.id, "status");
  }
}

pages::Page CardPage(const PageContext& context, const Payment& payment, const CheckedCard& shown) {
  const Payer& payer = shown.payer;
  pages::Page page = NewPage("card", context, payment, "");
  page.Form("card-details", CardPath("", payment.id));
  // Card number and security code are never sent back.
  page.Set("ATTEMPT", std::to_string(payment.attempt ? payment.attempt->number : 0));
  page.Set("CARDHOLDER_NAME", payer.cardholder_name)
      .Set("ADDRESS_LINE_1", payer.line1)
      .Set("ADDRESS_LINE_2", payer.line2)
      .Set("ADDRESS_CITY", payer.city)
      .Set("ADDRESS_POSTCODE", payer.postcode)
      .Set("EMAIL", payer.email)
      .Set("EXPIRY_MONTH", shown.expiry_month)
      .Set("EXPIRY_YEAR", shown.expiry_year);
  std::string country = CountryCode(payer.country);
  AddCountries(page, context.language, country);
  // A service may prefill an address, and has no field for its province.
  bool is_known = payer.province.empty() && (country.empty() || country == "CA");
  pages::AddProvinces(page, "PROVINCES",
                      is_known ? text::ProvinceOfPostalCode(payer.postcode) : payer.province);
  if (!payment.owner.is_live()) page.Show("CARDS_SANDBOX");
  for (const auto& error : shown.errors) page.Error(error.field, error.key, error.params);
  if (page.has_errors()) page.Show("NOT_CHARGED");
  return page;
}

pages::Page ConfirmPage(const PageContext& context, const Payment& payment) {
  pages::Page page = NewPage("confirm", context, payment, "confirm");
  const CardSummary& card = payment.attempt->card;
  page.Set("ATTEMPT", std::to_string(payment.attempt->number));
  page.Set("CARD_BRAND", BrandLabel(card.brand))
      .Set("CARD_LAST_DIGITS", card.last_digits)
      .Set("EXPIRY", card.expiry_date)
      .Set("CARDHOLDER_NAME", payment.payer.cardholder_name)
      .Set("ADDRESS_TEXT", AddressText(payment.payer, context.language))
      .Set("EMAIL", payment.payer.email);
  return page;
}

pages::Page OutcomePage(const PageContext& context, const Payment& payment) {
  pages::Page page = NewPage("outcome", context, payment, "status");
  Outcome outcome = OutcomeOf(payment);
  std::string section = outcome.section;
  page.Show(section).SetText("HEADING", "OUTCOME_" + section);
  page.Set("SELF_URL", CardPath(context.language, payment.id, "status"));
  if (outcome.can_retry) {
    page.Show("CANCEL").Add("RETRY").Set("RETRY_URL", CardPath(context.language, payment.id));
  }
  if (IsFinished(payment.status)) page.Add("RETURN").Set("RETURN_URL", payment.return_url);
  return page;
}

}  // namespace tamarack::payments
