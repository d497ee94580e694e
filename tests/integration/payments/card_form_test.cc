#include "tests/integration/payments/world.h"

#include <catch2/catch.hpp>

#include <functional>

// Goal: what people type and paste into the card form, and what a service knows beforehand, arrives
// whole where it belongs and nowhere else.
namespace tamarack::payments {
namespace {

using Catch::Contains;

std::string ConfirmPathOf(const v1::Payment& payment) {
  return "/en/card_details/" + payment.payment_id() + "/confirm";
}

}  // namespace

TEST_CASE_METHOD(World, "Card payment: what the service knows of the person is in the form",
                 "[payments]") {
  auto request = NewRequest();
  request.set_email(" zoe@example.hk ");
  auto& details = *request.mutable_prefilled_cardholder_details();
  details.set_cardholder_name("Zoé <b>陳</b>");
  details.mutable_billing_address()->set_line1("8 Finance Street");
  details.mutable_billing_address()->set_city("Central");
  details.mutable_billing_address()->set_country("hk");
  auto payment = Create(request).value();
  Open(payment);
  std::string page = Page<v1::ShowCardRequest>("ShowCard", payment.payment_id());
  CHECK_THAT(page, Contains("value=\"Zoé &lt;b&gt;陳&lt;/b&gt;\"") &&
                       Contains("value=\"8 Finance Street\"") && Contains("value=\"Central\"") &&
                       Contains("value=\"zoe@example.hk\"") &&
                       Contains("<option value=\"HK\" selected>Hong Kong</option>"));
  CHECK(page.find("value=\"CA\" selected") == std::string::npos);

  auto form = CardForm(payment.payment_id());
  form.set_address_country("HK");
  form.set_address_line_1("8 Finance Street");
  form.set_address_city("Central");
  form.set_address_province("");
  form.set_address_postcode("");
  Page("SubmitCard", form);
  CHECK(last.Http("location") == ConfirmPathOf(payment));
  CHECK_THAT(Page<v1::ShowConfirmRequest>("ShowConfirm", payment.payment_id()),
             Contains("8 Finance Street, Central, Hong Kong"));
  auto address = Get(payment.payment_id()).card_details().billing_address();
  CHECK(address.country() == "HK");
  CHECK_FALSE(address.has_postcode());
}

TEST_CASE_METHOD(World, "Card payment: a card number in another field is kept nowhere",
                 "[payments]") {
  auto payment = Opened();
  const std::function<void(v1::SubmitCardRequest&)> kFields[] = {
      [](auto& f) { f.set_cardholder_name("5555 5555 5555 4444"); },
      [](auto& f) { f.set_address_line_1("5555 5555 5555 4444 apt 5"); },
      [](auto& f) { f.set_address_line_2("５５５５５５５５５５５５４４４４"); },
      [](auto& f) { f.set_address_city("5555-5555-5555-4444"); },
      [](auto& f) { f.set_address_postcode("5555555555554444"); },
      [](auto& f) { f.set_address_country("5555555555554444"); },
      [](auto& f) { f.set_address_province("5555555555554444"); },
      [](auto& f) { f.set_expiry_month("5555555555554444"); },
      [](auto& f) { f.set_email("5555555555554444@example.ca"); },
  };
  for (const auto& set : kFields) {
    auto form = CardForm(payment.payment_id());
    form.set_address_province("");  // wrong anyhow, so that the page is shown again
    set(form);
    std::string page = Page("SubmitCard", form);
    CHECK(last.Http("status") == "422");
    for (const char* digits : {"5555 5555", "5555555", "5555-5555", "５５５５", "4242424242424242"})
      CHECK(page.find(digits) == std::string::npos);
  }
  CHECK(Sql("SELECT count(*) FROM authorisation_attempt") == "0");
  CHECK(Sql("SELECT count(*) FROM payment WHERE payer_sealed IS NOT NULL") == "0");
  CHECK(CountAtProcessor("failed") == 0);
}

TEST_CASE_METHOD(World, "Card payment: a number grouped by three blanks is the whole number",
                 "[payments]") {
  auto payment = Opened();
  auto form = CardForm(payment.payment_id(), "4242   4242   4242   4242     ");
  form.set_expiry_month("１２ / 2035");
  form.set_expiry_year("");
  form.set_cvc(" ７３７ ");
  Page("SubmitCard", form);
  CHECK(last.Http("location") == ConfirmPathOf(payment));
  auto card = Get(payment.payment_id()).card_details();
  CHECK(card.first_digits_card_number() == "424242");
  CHECK(card.expiry_date() == "12/35");
  CHECK(CountAtProcessor("authorised") == 1);
}

TEST_CASE_METHOD(World, "Card payment: texts as long as they may be, in characters, reach the end",
                 "[payments]") {
  std::string accents;
  for (int i = 0; i < 255; ++i) accents += "é";
  auto payment = Opened();
  auto form = CardForm(payment.payment_id());
  form.set_cardholder_name(accents);
  form.set_address_line_1(accents);
  form.set_address_city(accents);
  Page("SubmitCard", form);
  CHECK(last.Http("location") == ConfirmPathOf(payment));
  CHECK(Get(payment.payment_id()).card_details().cardholder_name() == accents);
}

}  // namespace tamarack::payments
