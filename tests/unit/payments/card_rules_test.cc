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

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
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
    {"letters", [](auto& f) { f.set_card_no("my card"); }, "card_no:ERROR_CARD_NO_WRONG"},
    {"too short", [](auto& f) { f.set_card_no("4242"); }, "card_no:ERROR_CARD_NO_LENGTH"},
    {"14 digits, as a maxlength cut them, with the check digit right",
     [](auto& f) { f.set_card_no("4242   4242   4242   42"); }, "card_no:ERROR_CARD_NO_LENGTH"},
    {"American Express of 16", [](auto& f) { f.set_card_no("3714 4963 5398 4312"); },
     "card_no:ERROR_CARD_NO_LENGTH"},
    {"20 digits", [](auto& f) { f.set_card_no("42424242424242424242"); },
     "card_no:ERROR_CARD_NO_LENGTH"},
    {"20 digits of nobody", [](auto& f) { f.set_card_no("99999999999999999999"); },
     "card_no:ERROR_CARD_NO_WRONG"},
    {"blanks of every kind", [](auto& f) { f.set_card_no("\u00A0\u3000\u200B"); },
     "card_no:ERROR_CARD_NO_MISSING"},
    {"three blanks between groups, 30 characters",
     [](auto& f) { f.set_card_no("4242   4242   4242   4242     "); }, ""},
    {"full-width digits and hyphens",
     [](auto& f) { f.set_card_no("４２４２－４２４２－４２４２－４２４２"); }, ""},
    {"Arabic digits", [](auto& f) { f.set_card_no("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢"); }, ""},
    {"dashes of typesetters", [](auto& f) { f.set_card_no("4242–4242—4242−4242"); }, ""},
    {"copied with its label and invisible marks",
     [](auto& f) { f.set_card_no("\uFEFFVisa: 4242\u202F4242\u20604242\u00AD4242\u200E"); }, ""},
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
    {"blanks of every kind as expiry",
     [](auto& f) { f.set_expiry_month("\u00A0"), f.set_expiry_year("\u3000"); },
     "expiry_month:ERROR_EXPIRY_MISSING"},
    {"month and year in one field",
     [](auto& f) { f.set_expiry_month("12 / 2030"), f.set_expiry_year(""); }, ""},
    {"12/30 in the year's field",
     [](auto& f) { f.set_expiry_month(""), f.set_expiry_year("12/30"); }, ""},
    {"1230 in one field", [](auto& f) { f.set_expiry_month("1230"), f.set_expiry_year(""); }, ""},
    {"122030 in one field", [](auto& f) { f.set_expiry_month("122030"), f.set_expiry_year(""); },
     ""},
    {"full-width expiry",
     [](auto& f) { f.set_expiry_month("１２／３０"), f.set_expiry_year("\u00A0"); }, ""},
    {"full-width month and year",
     [](auto& f) { f.set_expiry_month("１２"), f.set_expiry_year("２０３０"); }, ""},
    {"year first", [](auto& f) { f.set_expiry_month("2030-12"), f.set_expiry_year(""); }, ""},
    {"203012 in one field", [](auto& f) { f.set_expiry_month("203012"), f.set_expiry_year(""); },
     ""},
    {"203012 in the year's field",
     [](auto& f) { f.set_expiry_month(""), f.set_expiry_year("203012"); }, ""},
    {"203012 full-width",
     [](auto& f) { f.set_expiry_month("２０３０１２"), f.set_expiry_year(""); }, ""},
    {"203001 in one field", [](auto& f) { f.set_expiry_month("203001"), f.set_expiry_year(""); },
     ""},
    {"203013 in one field", [](auto& f) { f.set_expiry_month("203013"), f.set_expiry_year(""); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"132030 in one field", [](auto& f) { f.set_expiry_month("132030"), f.set_expiry_year(""); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    // Of 1112 nobody could tell the year, so four digits are read as cards have them, month first.
    {"3012 in one field", [](auto& f) { f.set_expiry_month("3012"), f.set_expiry_year(""); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"a month only", [](auto& f) { f.set_expiry_month("12"), f.set_expiry_year(""); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"a year only", [](auto& f) { f.set_expiry_month(""), f.set_expiry_year("2030"); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"a whole date", [](auto& f) { f.set_expiry_month("31/12/2030"), f.set_expiry_year(""); },
     "expiry_month:ERROR_EXPIRY_WRONG"},
    {"card number as expiry",
     [](auto& f) { f.set_expiry_month("4242 4242 4242 4242"), f.set_expiry_year("30"); },
     "expiry_month:ERROR_CARD_NUMBER_HERE"},
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
    {"card number in full width as name",
     [](auto& f) { f.set_cardholder_name("Zoé ４２４２ ４２４２ ４２４２ ４２４２"); },
     "cardholder_name:ERROR_CARD_NUMBER_HERE"},
    {"security code as name", [](auto& f) { f.set_cardholder_name("123"); },
     "cardholder_name:ERROR_SECURITY_CODE_HERE"},
    {"security code in groups as name", [](auto& f) { f.set_cardholder_name(" 1-2 3 "); },
     "cardholder_name:ERROR_SECURITY_CODE_HERE"},
    {"security code of 4 in full width as name", [](auto& f) { f.set_cardholder_name("０１２３"); },
     "cardholder_name:ERROR_SECURITY_CODE_HERE"},
    {"security code in its field and as name, on a card of another length",
     [](auto& f) { f.set_card_no("3714 4963 5398 431"), f.set_cardholder_name("1234"); },
     "cardholder_name:ERROR_SECURITY_CODE_HERE cvc:ERROR_CVC_WRONG"},
    {"name with a number", [](auto& f) { f.set_cardholder_name("John Exemple 3rd, 123"); }, ""},
    {"name of a numbered company", [](auto& f) { f.set_cardholder_name("1234567"); }, ""},
    {"unit of 3 digits", [](auto& f) { f.set_address_line_2("123"); }, ""},
    {"card number in the street",
     [](auto& f) { f.set_address_line_1("4242 4242 4242 4242 apt 5"); },
     "address_line_1:ERROR_CARD_NUMBER_HERE"},
    {"card number in the city", [](auto& f) { f.set_address_city("Sudbury 371449635398431"); },
     "address_city:ERROR_CARD_NUMBER_HERE"},
    {"card number as postal code",
     [](auto& f) { f.set_address_country("HK"), f.set_address_postcode("4242424242424242"); },
     "address_postcode:ERROR_CARD_NUMBER_HERE"},
    {"card number as email", [](auto& f) { f.set_email("4242424242424242@example.ca"); },
     "email:ERROR_CARD_NUMBER_HERE"},
    {"an address whose digits add up",
     [](auto& f) { f.set_address_line_1("Unit 14, 52304 Range Road 233, Box 06"); }, ""},
    {"name of blanks of every kind",
     [](auto& f) { f.set_cardholder_name("\u00A0\u3000\u200B\u3164"); },
     "cardholder_name:ERROR_CARDHOLDER_NAME_MISSING"},
    {"street of a NO-BREAK SPACE", [](auto& f) { f.set_address_line_1("\u00A0"); },
     "address_line_1:ERROR_ADDRESS_LINE_1_MISSING"},
    {"city of an IDEOGRAPHIC SPACE", [](auto& f) { f.set_address_city("\u3000"); },
     "address_city:ERROR_CITY_MISSING"},
    {"name of 255 é", [](auto& f) { f.set_cardholder_name(Repeated("é", 255)); }, ""},
    {"name of 256 é", [](auto& f) { f.set_cardholder_name(Repeated("é", 256)); },
     "cardholder_name:ERROR_TOO_LONG"},
    {"street of 130 ᐊ", [](auto& f) { f.set_address_line_1(Repeated("ᐊ", 130)); }, ""},
    {"name of 255 letters in NFD", [](auto& f) { f.set_cardholder_name(Repeated("e\u0301", 255)); },
     ""},
    {"markup, Arabic, an emoji of joined signs and a line break",
     [](auto& f) {
       f.set_cardholder_name("<b>Zoé & \"Co\"</b>"), f.set_address_line_1("١٢ شارع");
       f.set_address_line_2("👩‍🌾 Farm"), f.set_address_city("Sault\r\nSte. Marie");
     },
     ""},
    {"name too long", [](auto& f) { f.set_cardholder_name(std::string(256, 'a')); },
     "cardholder_name:ERROR_TOO_LONG"},
    {"no code", [](auto& f) { f.set_cvc(""); }, "cvc:ERROR_CVC_MISSING"},
    {"code of 2", [](auto& f) { f.set_cvc("12"); }, "cvc:ERROR_CVC_WRONG"},
    {"code of 4 on Visa", [](auto& f) { f.set_cvc("1234"); }, "cvc:ERROR_CVC_WRONG"},
    {"code of 4 on American Express",
     [](auto& f) { f.set_card_no("371449635398431"), f.set_cvc("1234"); }, ""},
    {"code of 3 on American Express", [](auto& f) { f.set_card_no("371449635398431"); },
     "cvc:ERROR_CVC_WRONG"},
    {"code of NO-BREAK SPACEs", [](auto& f) { f.set_cvc("\u00A0\u00A0"); },
     "cvc:ERROR_CVC_MISSING"},
    {"code in full width, grouped", [](auto& f) { f.set_cvc(" １２ ３ "); }, ""},
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
    {"a country that is none", [](auto& f) { f.set_address_country("ZZ"); },
     "address_country:ERROR_COUNTRY"},
    {"a country's name", [](auto& f) { f.set_address_country("Canada"); },
     "address_country:ERROR_COUNTRY"},
    {"no postal code", [](auto& f) { f.set_address_postcode(""); },
     "address_postcode:ERROR_POSTCODE_MISSING"},
    {"postal code with D", [](auto& f) { f.set_address_postcode("D3E 2W9"); },
     "address_postcode:ERROR_POSTAL_CODE"},
    {"postal code in other ways of typing it",
     [](auto& f) { f.set_address_postcode("\u00A0p３e–2w9\u200B"); }, ""},
    {"British address",
     [](auto& f) {
       f.set_address_country("GB"), f.set_address_province(""), f.set_address_postcode("AB1A 1AB");
     },
     ""},
    {"Hong Kong, no postal code",
     [](auto& f) {
       f.set_address_country("HK"), f.set_address_province(""), f.set_address_postcode("");
     },
     ""},
    {"Ireland in lower case, no postal code",
     [](auto& f) {
       f.set_address_country("ie"), f.set_address_province(""), f.set_address_postcode("\u00A0");
     },
     ""},
    {"United States, no postal code",
     [](auto& f) { f.set_address_country("US"), f.set_address_postcode(""); },
     "address_postcode:ERROR_POSTCODE_MISSING"},
    {"postal code of 26",
     [](auto& f) { f.set_address_country("HK"), f.set_address_postcode(std::string(26, 'x')); },
     "address_postcode:ERROR_TOO_LONG"},
    {"country missing is Canada", [](auto& f) { f.set_address_country(""); }, ""},
    {"no email", [](auto& f) { f.set_email(""); }, "email:ERROR_EMAIL_MISSING"},
    {"padded email", [](auto& f) { f.set_email("\u200B zoe@example.ca\u00A0"); }, ""},
    {"email that nobody can mail to", [](auto& f) { f.set_email("zoe.@example.ca"); },
     "email:ERROR_EMAIL_FORMAT"},
    {"email of 255 characters", [](auto& f) { f.set_email(std::string(250, 'a') + "@b.ca"); },
     "email:ERROR_TOO_LONG"},
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

TEST_CASE("Card form: an expiry is the same month however it is typed", "[payments]") {
  for (const char* typed :
       {"12/30", "1230", "122030", "12 / 2030", "2030-12", "203012", "２０３０１２", "2030 / 12"}) {
    INFO(typed);
    auto form = GoodCard();
    form.set_expiry_month(typed);
    form.set_expiry_year("");
    CHECK(CheckCard(form, kNow).summary.expiry_date == "12/30");
    form.set_expiry_year(typed);
    form.set_expiry_month("");
    CHECK(CheckCard(form, kNow).summary.expiry_date == "12/30");
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
  CHECK(checked.payer.postcode == "P3E 2W9");
}

TEST_CASE("Card form: a text is kept in one form, without what nobody sees", "[payments]") {
  auto form = GoodCard();
  form.set_cardholder_name(" \u200FZoe\u0301\u00A0\u00A0\tExemple\u202C\n");
  form.set_email("Zoe@EXAMPLE.ca");
  form.set_address_country("hk");
  auto checked = CheckCard(form, kNow);
  CHECK(checked.errors.empty());
  CHECK(checked.payer.cardholder_name == "Zoé Exemple");
  CHECK(checked.payer.email == "Zoe@example.ca");
  CHECK(checked.payer.country == "HK");
  CHECK(checked.payer.province.empty());
}

TEST_CASE("Card form: what changes how the text around it is read is told at its field",
          "[payments]") {
  for (const std::string typed : {"Zoe\u202e Exemple", "Zo\u0007e", "Zoe\u2066\u200fExemple"}) {
    auto name = GoodCard(), street = GoodCard(), city = GoodCard();
    name.set_cardholder_name(typed);
    street.set_address_line_2(typed);
    city.set_address_city(typed);
    for (const auto& [form, field] :
         {std::pair(name, "cardholder_name"), std::pair(street, "address_line_2"),
          std::pair(city, "address_city")}) {
      auto errors = CheckCard(form, kNow).errors;
      REQUIRE(errors.size() == 1);
      CHECK(errors[0].field == field);
      CHECK(errors[0].key == "ERROR_CHARACTERS");
    }
  }
}

TEST_CASE("Card form: what is too long is shown again, a card number nowhere", "[payments]") {
  auto form = GoodCard();
  form.set_cardholder_name(std::string(300, 'a'));
  form.set_address_line_1("4242 4242 4242 4242 apt 5");
  form.set_address_line_2("４２４２ ４２４２ ４２４２ ４２４２");
  form.set_address_city("4242424242424242");
  form.set_address_postcode("4242424242424242");
  form.set_email("4242424242424242@example.ca");
  form.set_expiry_month("4242424242424242");
  form.set_expiry_year("4242 4242 4242 4242");
  auto checked = CheckCard(form, kNow);
  CHECK(checked.payer.cardholder_name.size() == 300);
  for (const auto& text :
       {checked.payer.line1, checked.payer.line2, checked.payer.city, checked.payer.postcode,
        checked.payer.email, checked.expiry_month, checked.expiry_year}) {
    CHECK(text.empty());
  }
}

TEST_CASE("Card form: a security code as the name goes nowhere", "[payments]") {
  for (const char* code : {"123", "0123", "１２３", "१२३४", "1 2\u00A03", "1.2.3.4", "(123)"}) {
    auto form = GoodCard();
    form.set_cardholder_name(code);
    CAPTURE(code);
    auto checked = CheckCard(form, kNow);
    CHECK(checked.payer.cardholder_name.empty());
    CHECK(checked.card.holder.empty());
  }
}

TEST_CASE("Card form: every grouping of a number in every place of its blanks is that number",
          "[payments]") {
  const std::string kSeparators[] = {"", " ", "   ", "\u00A0", "-", "\u2013", "\u3000", "\u200B"};
  for (const auto& separator : kSeparators) {
    for (size_t size = 1; size <= 16; ++size) {
      auto form = GoodCard();
      std::string typed = separator;
      for (size_t at = 0; at < 16; at += size)
        typed += std::string("5555555555554444").substr(at, size) + separator;
      form.set_card_no(typed);
      CAPTURE(typed);
      CHECK(CheckCard(form, kNow).card.number == "5555555555554444");
    }
  }
}

TEST_CASE("Card form: a card is good until its month has ended everywhere", "[payments]") {
  auto form = GoodCard();
  form.set_expiry_month("11"), form.set_expiry_year("2026");
  TimePoint december = FromUnixMicros(1'796'083'200'000'000);  // 2026-12-01T00:00:00Z
  CHECK(CheckCard(form, december + std::chrono::hours(11)).errors.empty());
  CHECK(CheckCard(form, december + std::chrono::hours(12)).errors.size() == 1);
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

}  // namespace tamarack::payments
