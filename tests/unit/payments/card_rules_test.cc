#include "services/payments/card_rules.h"
#include "services/payments/card_page_views.h"
#include "services/payments/sandbox/magic_cards.h"

#include <catch2/catch.hpp>

#include <functional>

namespace tamarack::payments {
namespace {

// 2026-11-24
const TimePoint kNow = FromUnixMicros(1'795'521'600'000'000);

v1::SubmitCardRequest GoodCard() {
  v1::SubmitCardRequest form;
  form.set_card_no("4242 4242 4242 4242");
  form.set_expiry_month("11");
  form.set_expiry_year("2027");
  form.set_cardholder_name("Zoé Exemple");
  form.set_cvc("123");
  form.set_address_country("CA");
  form.set_address_line_1("12, rue Elm");
  form.set_address_city("Sudbury");
  form.set_address_province("ON");
  form.set_address_postcode("p3e2w9");
  form.set_email("zoe@example.ca");
  return form;
}

struct Case {
  const char* what;
  std::function<void(v1::SubmitCardRequest&)> change;
  const char* errors;  // "field:KEY …"; "" when the form is good
};

const Case kCases[] = {
    {"as it is", [](auto&) {}, ""},
    {"no number", [](auto& f) { f.set_card_no(" "); }, "card_no:ERROR_CARD_NO_MISSING"},
    {"wrong check digit", [](auto& f) { f.set_card_no("4242424242424241"); },
     "card_no:ERROR_CARD_NO_WRONG"},
    {"letters", [](auto& f) { f.set_card_no("4242x4242"); }, "card_no:ERROR_CARD_NO_WRONG"},
    {"too short", [](auto& f) { f.set_card_no("4242"); }, "card_no:ERROR_CARD_NO_WRONG"},
    {"20 digits", [](auto& f) { f.set_card_no("42424242424242424242"); },
     "card_no:ERROR_CARD_NO_WRONG"},
    {"dashes and a no-break space",
     [](auto& f) {
       f.set_card_no(
           "4242-4242\xC2\xA0"
           "4242-4242");
     },
     ""},
    {"network not accepted", [](auto& f) { f.set_card_no("6759649826438453"); },
     "card_no:ERROR_CARD_NO_BRAND"},
    {"no expiry", [](auto& f) { f.set_expiry_month(""), f.set_expiry_year(""); },
     "expiry_month:ERROR_EXPIRY_MISSING"},
    {"no year", [](auto& f) { f.set_expiry_year(""); }, "expiry_month:ERROR_EXPIRY_WRONG"},
    {"month 13", [](auto& f) { f.set_expiry_month("13"); }, "expiry_month:ERROR_EXPIRY_WRONG"},
    {"month 0", [](auto& f) { f.set_expiry_month("0"); }, "expiry_month:ERROR_EXPIRY_WRONG"},
    {"month in words", [](auto& f) { f.set_expiry_month("Nov"); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"year of 3 digits", [](auto& f) { f.set_expiry_year("027"); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"year of 2 digits", [](auto& f) { f.set_expiry_year("27"); }, ""},
    {"last month", [](auto& f) { f.set_expiry_month("10"), f.set_expiry_year("2026"); },
     "expiry_month:ERROR_EXPIRY_PAST"},
    {"this month", [](auto& f) { f.set_expiry_year("2026"); }, ""},
    {"far ahead", [](auto& f) { f.set_expiry_year("2099"); }, "expiry_month:ERROR_EXPIRY_WRONG"},
    {"no name", [](auto& f) { f.set_cardholder_name(" "); },
     "cardholder_name:ERROR_CARDHOLDER_NAME_MISSING"},
    {"card number as name", [](auto& f) { f.set_cardholder_name("4242 4242 4242 4242"); },
     "cardholder_name:ERROR_CARD_NUMBER_HERE"},
    {"name too long", [](auto& f) { f.set_cardholder_name(std::string(256, 'a')); },
     "cardholder_name:ERROR_TEXT_TOO_LONG"},
    {"no code", [](auto& f) { f.set_cvc(""); }, "cvc:ERROR_CVC_MISSING"},
    {"code of 2", [](auto& f) { f.set_cvc("12"); }, "cvc:ERROR_CVC_WRONG"},
    {"code of 4 on Visa", [](auto& f) { f.set_cvc("1234"); }, "cvc:ERROR_CVC_WRONG"},
    {"code of 4 on American Express",
     [](auto& f) { f.set_card_no("371449635398431"), f.set_cvc("1234"); }, ""},
    {"code of 3 on American Express", [](auto& f) { f.set_card_no("371449635398431"); },
     "cvc:ERROR_CVC_WRONG"},
    {"code of letters", [](auto& f) { f.set_cvc("abc"); }, "cvc:ERROR_CVC_WRONG"},
    {"no address", [](auto& f) { f.set_address_line_1(""); },
     "address_line_1:ERROR_ADDRESS_LINE_1_MISSING"},
    {"card number in the second line", [](auto& f) { f.set_address_line_2("5555555555554444"); },
     "address_line_2:ERROR_CARD_NUMBER_HERE"},
    {"no city", [](auto& f) { f.set_address_city(""); }, "address_city:ERROR_CITY_MISSING"},
    {"no province", [](auto& f) { f.set_address_province(""); },
     "address_province:ERROR_PROVINCE_MISSING"},
    {"no such province", [](auto& f) { f.set_address_province("XX"); },
     "address_province:ERROR_PROVINCE_MISSING"},
    {"no postal code", [](auto& f) { f.set_address_postcode(""); },
     "address_postcode:ERROR_POSTCODE_MISSING"},
    {"postal code with D", [](auto& f) { f.set_address_postcode("D3E 2W9"); },
     "address_postcode:ERROR_POSTAL_CODE"},
    {"British address",
     [](auto& f) {
       f.set_address_country("GB"), f.set_address_province(""), f.set_address_postcode("AB1A 1AB");
     },
     ""},
    {"country missing is Canada", [](auto& f) { f.set_address_country(""); }, ""},
    {"no email", [](auto& f) { f.set_email(""); }, "email:ERROR_EMAIL_MISSING"},
    {"email without domain", [](auto& f) { f.set_email("zoe@"); }, "email:ERROR_EMAIL_FORMAT"},
    {"everything empty", [](auto& f) { f.Clear(); },
     "card_no:ERROR_CARD_NO_MISSING expiry_month:ERROR_EXPIRY_MISSING "
     "cardholder_name:ERROR_CARDHOLDER_NAME_MISSING "
     "cvc:ERROR_CVC_MISSING address_line_1:ERROR_ADDRESS_LINE_1_MISSING "
     "address_city:ERROR_CITY_MISSING "
     "address_province:ERROR_PROVINCE_MISSING address_postcode:ERROR_POSTCODE_MISSING "
     "email:ERROR_EMAIL_MISSING"},
};

}  // namespace

TEST_CASE("Card form: each wrong field has its own error", "[payments]") {
  for (const auto& c : kCases) {
    CAPTURE(c.what);
    auto form = GoodCard();
    c.change(form);
    std::string errors;
    for (const auto& error : CheckCard(form, kNow).errors) {
      errors += (errors.empty() ? "" : " ") + error.field + ":" + error.key;
    }
    CHECK(errors == c.errors);
  }
}

TEST_CASE("Card form: what is kept of a card is never its number or code", "[payments]") {
  auto checked = CheckCard(GoodCard(), kNow);
  CHECK(checked.summary.brand == "visa");
  CHECK(checked.summary.first_digits == "424242");
  CHECK(checked.summary.last_digits == "4242");
  CHECK(checked.summary.expiry_date == "11/27");
  CHECK(checked.card.number == "4242424242424242");
  CHECK(checked.payer.province == "ON");
}

TEST_CASE("Card number: the check digit decides", "[payments]") {
  for (const char* good :
       {"4242424242424242", "4917610000000000003", "371449635398431", "36148900647913"}) {
    CHECK(IsCardNumber(good));
  }
  for (const char* bad :
       {"", "0", "4242424242424243", "42424242424242424242424242", "424242424242424a"}) {
    CHECK_FALSE(IsCardNumber(bad));
  }
}

TEST_CASE("Card brand: by prefix", "[payments]") {
  CHECK(BrandOf("4111111111111111") == "visa");
  CHECK(BrandOf("5555555555554444") == "master-card");
  CHECK(BrandOf("222100000000000") == "master-card");
  CHECK(BrandOf("371449635398431") == "american-express");
  CHECK(BrandOf("6011000990139424") == "discover");
  CHECK(BrandOf("36148900647913") == "diners-club");
  CHECK(BrandOf("3566002020360505") == "jcb");
  CHECK(BrandOf("9999999999999995").empty());
}

TEST_CASE("Sandbox cards: good, declined, failing and unknown ones", "[payments]") {
  using enum sandbox::Verdict::Outcome;
  CHECK(sandbox::VerdictOn("4242424242424242").outcome == kAuthorise);
  CHECK(sandbox::VerdictOn("4000000000000002").outcome == kDecline);
  CHECK(sandbox::VerdictOn("4000000000000069").reason == "expired_card");
  CHECK(sandbox::VerdictOn("4000000000000127").reason == "incorrect_cvc");
  CHECK(sandbox::VerdictOn("4000000000000119").outcome == kFail);
  CHECK(sandbox::VerdictOn("4539578763621486").outcome == kFail);
}

TEST_CASE("Origin of the return URL: no more than scheme, host and port", "[payments]") {
  CHECK(OriginOf("https://ministry.example:8443/a/b?c=d#e") == "https://ministry.example:8443");
  CHECK(OriginOf("http://localhost:8090/paid") == "http://localhost:8090");
  CHECK(OriginOf("nonsense").empty());
}

}  // namespace tamarack::payments
