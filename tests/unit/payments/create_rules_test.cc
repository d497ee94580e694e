#include "services/payments/create_rules.h"

#include "platform/idempotency/once.h"
#include "platform/rpc/errors.h"
#include "services/payments/payment_view.h"

#include "tamarack/api/v1/policy.pb.h"

#include <catch2/catch.hpp>

#include <functional>
#include <limits>

// Goal: every rule of POST /v1/payments answers with the status, code, field and text of GOV.UK
// Pay's API. Method: a table of requests that are each wrong in one way.
namespace tamarack::payments {
namespace {

v1::CreatePaymentRequest GoodRequest() {
  v1::CreatePaymentRequest request;
  request.set_amount(9000);
  request.set_reference("DL-48213");
  request.set_description("Driver's licence renewal");
  request.set_return_url("https://ministry.example/done");
  return request;
}

api::v1::HttpError HttpErrorOf(const absl::Status& status) {
  api::v1::HttpError error;
  auto payload = status.GetPayload("type.googleapis.com/tamarack.api.v1.HttpError");
  if (payload) error.ParseFromString(std::string(*payload));
  return error;
}

std::string Member(const api::v1::HttpError& error, const char* name) {
  auto found = error.members().fields().find(name);
  return found == error.members().fields().end() ? "" : found->second.string_value();
}

struct Case {
  const char* what;
  std::function<void(v1::CreatePaymentRequest&)> spoil;
  int http_status;
  const char* code;
  const char* field;
  const char* description;
};

void SetMetadata(v1::CreatePaymentRequest& r, const std::string& key, const std::string& value) {
  (*r.mutable_metadata()->mutable_fields())[key].set_string_value(value);
}

v1::BillingAddress& Address(v1::CreatePaymentRequest& r) {
  return *r.mutable_prefilled_cardholder_details()->mutable_billing_address();
}

const std::string kLong256(256, 'x');
const std::string kLong256Accents = [] {
  std::string text;
  for (int i = 0; i < 256; ++i) text += "é";
  return text;
}();

const Case kCases[] = {
    {"no amount", [](auto& r) { r.clear_amount(); }, 400, "P0101", "amount",
     "Missing mandatory attribute: amount"},
    {"amount 0", [](auto& r) { r.set_amount(0); }, 422, "P0102", "amount",
     "Invalid attribute value: amount. Must be greater than or equal to 1"},
    {"amount -1", [](auto& r) { r.set_amount(-1); }, 422, "P0102", "amount",
     "Invalid attribute value: amount. Must be greater than or equal to 1"},
    {"amount least int64", [](auto& r) { r.set_amount(INT64_MIN); }, 422, "P0102", "amount",
     "Invalid attribute value: amount. Must be greater than or equal to 1"},
    {"amount too large", [](auto& r) { r.set_amount(10'000'001); }, 422, "P0102", "amount",
     "Invalid attribute value: amount. Must be less than or equal to 10000000"},
    {"amount greatest int64", [](auto& r) { r.set_amount(INT64_MAX); }, 422, "P0102", "amount",
     "Invalid attribute value: amount. Must be less than or equal to 10000000"},
    {"no reference", [](auto& r) { r.clear_reference(); }, 400, "P0101", "reference",
     "Missing mandatory attribute: reference"},
    {"empty reference", [](auto& r) { r.set_reference(""); }, 400, "P0101", "reference",
     "Missing mandatory attribute: reference"},
    {"blank reference", [](auto& r) { r.set_reference(" \t "); }, 400, "P0101", "reference",
     "Missing mandatory attribute: reference"},
    {"reference of NO-BREAK SPACEs", [](auto& r) { r.set_reference("\u00A0\u00A0"); }, 400, "P0101",
     "reference", "Missing mandatory attribute: reference"},
    {"reference of ZERO WIDTH SPACEs", [](auto& r) { r.set_reference("\u200B"); }, 400, "P0101",
     "reference", "Missing mandatory attribute: reference"},
    {"description of IDEOGRAPHIC SPACEs", [](auto& r) { r.set_description("\u3000"); }, 400,
     "P0101", "description", "Missing mandatory attribute: description"},
    {"return_url of blanks", [](auto& r) { r.set_return_url("\u00A0"); }, 400, "P0101",
     "return_url", "Missing mandatory attribute: return_url"},
    {"reference of 256", [](auto& r) { r.set_reference(kLong256); }, 422, "P0102", "reference",
     "Invalid attribute value: reference. Must be less than or equal to 255 characters length"},
    {"reference of 256 accents", [](auto& r) { r.set_reference(kLong256Accents); }, 422, "P0102",
     "reference",
     "Invalid attribute value: reference. Must be less than or equal to 255 characters length"},
    {"reference with <", [](auto& r) { r.set_reference("a<b"); }, 400, "P0102", "reference",
     "Invalid attribute value: reference. Must be a valid string format"},
    {"reference with |", [](auto& r) { r.set_reference("a|b"); }, 400, "P0102", "reference",
     "Invalid attribute value: reference. Must be a valid string format"},
    {"no description", [](auto& r) { r.clear_description(); }, 400, "P0101", "description",
     "Missing mandatory attribute: description"},
    {"blank description", [](auto& r) { r.set_description(" "); }, 400, "P0101", "description",
     "Missing mandatory attribute: description"},
    {"description of 256", [](auto& r) { r.set_description(kLong256); }, 422, "P0102",
     "description",
     "Invalid attribute value: description. Must be less than or equal to 255 characters length"},
    {"description with >", [](auto& r) { r.set_description("a>b"); }, 400, "P0102", "description",
     "Invalid attribute value: description. Must be a valid string format"},
    {"language cy", [](auto& r) { r.set_language("cy"); }, 422, "P0102", "language",
     "Invalid attribute value: language. Must be \"en\" or \"fr\""},
    {"language empty", [](auto& r) { r.set_language(""); }, 422, "P0102", "language",
     "Invalid attribute value: language. Must be \"en\" or \"fr\""},
    {"language in upper case", [](auto& r) { r.set_language("EN"); }, 422, "P0102", "language",
     "Invalid attribute value: language. Must be \"en\" or \"fr\""},
    {"delayed capture", [](auto& r) { r.set_delayed_capture(true); }, 422, "P0102",
     "delayed_capture", "Invalid attribute value: delayed_capture. Must be false"},
    {"moto", [](auto& r) { r.set_moto(true); }, 422, "P0102", "moto",
     "Invalid attribute value: moto. Must be false"},
    {"authorisation mode", [](auto& r) { r.set_authorisation_mode("agreement"); }, 422, "P0102",
     "authorisation_mode", "Invalid attribute value: authorisation_mode. Must be one of web"},
    {"no return_url", [](auto& r) { r.clear_return_url(); }, 400, "P0101", "return_url",
     "Missing mandatory attribute: return_url"},
    {"return_url no URL", [](auto& r) { r.set_return_url("not a url"); }, 422, "P0102",
     "return_url", "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url relative", [](auto& r) { r.set_return_url("/done"); }, 422, "P0102", "return_url",
     "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url javascript", [](auto& r) { r.set_return_url("javascript:alert(1)"); }, 422,
     "P0102", "return_url", "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url with a password", [](auto& r) { r.set_return_url("https://a:b@c.example/"); }, 422,
     "P0102", "return_url", "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url with a line break", [](auto& r) { r.set_return_url("https://a.example/\r\nx"); },
     422, "P0102", "return_url", "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url with a port that none is",
     [](auto& r) { r.set_return_url("https://a.example:99999/"); }, 422, "P0102", "return_url",
     "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url of an empty label", [](auto& r) { r.set_return_url("https://a..example/"); }, 422,
     "P0102", "return_url", "Invalid attribute value: return_url. Must be a valid URL format"},
    {"return_url in capitals, without encryption on live",
     [](auto& r) { r.set_return_url("HTTP://a.example/"); }, 422, "P0102", "return_url",
     "Invalid attribute value: return_url. Must begin with https:// for a live gateway account"},
    {"return_url without encryption on live",
     [](auto& r) { r.set_return_url("http://a.example/"); }, 422, "P0102", "return_url",
     "Invalid attribute value: return_url. Must begin with https:// for a live gateway account"},
    {"return_url of 2001",
     [](auto& r) { r.set_return_url("https://a.example/" + std::string(1983, 'x')); }, 422, "P0102",
     "return_url",
     "Invalid attribute value: return_url. Must be less than or equal to 2000 characters length"},
    {"email of 255", [](auto& r) { r.set_email(std::string(250, 'a') + "@b.ca"); }, 422, "P0102",
     "email",
     "Invalid attribute value: email. Must be less than or equal to 254 characters length"},
    {"email without @", [](auto& r) { r.set_email("nobody"); }, 422, "P0102", "email",
     "Invalid attribute value: email. Must be a valid email address"},
    {"email that nobody can mail to", [](auto& r) { r.set_email("marie.@example.com"); }, 422,
     "P0102", "email", "Invalid attribute value: email. Must be a valid email address"},
    {"email without a dot", [](auto& r) { r.set_email("person@localhost"); }, 422, "P0102", "email",
     "Invalid attribute value: email. Must be a valid email address"},
    {"card number as email", [](auto& r) { r.set_email("4242424242424242@example.com"); }, 422,
     "P0102", "email", "Invalid attribute value: email. Must not contain a card number"},
    {"prefilled card number in the street",
     [](auto& r) { Address(r).set_line1("4242 4242 4242 4242 apt 5"); }, 422, "P0102",
     "prefilled_cardholder_details.line1",
     "Invalid attribute value: prefilled_cardholder_details.line1. Must not contain a card "
     "number"},
    {"prefilled card number in full width as name",
     [](auto& r) {
       r.mutable_prefilled_cardholder_details()->set_cardholder_name(
           "４２４２４２４２４２４２４２４２");
     },
     422, "P0102", "prefilled_cardholder_details.cardholder_name",
     "Invalid attribute value: prefilled_cardholder_details.cardholder_name. Must not contain a "
     "card number"},
    {"prefilled name that turns the text around it",
     [](auto& r) { r.mutable_prefilled_cardholder_details()->set_cardholder_name("Zoe\u202e x"); },
     422, "P0102", "prefilled_cardholder_details.cardholder_name",
     "Invalid attribute value: prefilled_cardholder_details.cardholder_name. Must not contain "
     "control characters"},
    {"prefilled security code as name",
     [](auto& r) { r.mutable_prefilled_cardholder_details()->set_cardholder_name(" 1 2\u00A03"); },
     422, "P0102", "prefilled_cardholder_details.cardholder_name",
     "Invalid attribute value: prefilled_cardholder_details.cardholder_name. Must not be a "
     "security "
     "code"},
    {"prefilled country that is none", [](auto& r) { Address(r).set_country("XX"); }, 422, "P0102",
     "prefilled_cardholder_details.country",
     "Invalid attribute value: prefilled_cardholder_details.country. Must be a valid ISO-3166-1 "
     "alpha-2 code"},
    {"metadata number without end",
     [](auto& r) {
       (*r.mutable_metadata()->mutable_fields())["k"].set_number_value(
           std::numeric_limits<double>::infinity());
     },
     422, "P0102", "metadata",
     "Invalid attribute value: metadata. Values must be of type String, Boolean or Number"},
    {"metadata key empty", [](auto& r) { SetMetadata(r, "", "x"); }, 422, "P0102", "metadata",
     "Invalid attribute value: metadata. Keys must be between 1 and 30 characters long"},
    {"metadata key of 31", [](auto& r) { SetMetadata(r, std::string(31, 'k'), "x"); }, 422, "P0102",
     "metadata",
     "Invalid attribute value: metadata. Keys must be between 1 and 30 characters long"},
    {"metadata keys that differ in case",
     [](auto& r) { SetMetadata(r, "key", "x"), SetMetadata(r, "KEY", "x"); }, 422, "P0102",
     "metadata", "Invalid attribute value: metadata. Keys must be unique, whatever their case"},
    {"metadata value of 101", [](auto& r) { SetMetadata(r, "k", std::string(101, 'v')); }, 422,
     "P0102", "metadata",
     "Invalid attribute value: metadata. Values must be no greater than 100 characters long"},
    {"metadata null",
     [](auto& r) {
       (*r.mutable_metadata()->mutable_fields())["k"].set_null_value(google::protobuf::NULL_VALUE);
     },
     422, "P0102", "metadata", "Invalid attribute value: metadata. Must not have null values"},
    {"metadata list",
     [](auto& r) { (*r.mutable_metadata()->mutable_fields())["k"].mutable_list_value(); }, 422,
     "P0102", "metadata",
     "Invalid attribute value: metadata. Values must be of type String, Boolean or Number"},
    {"metadata of 16",
     [](auto& r) {
       for (int i = 0; i < 16; ++i) SetMetadata(r, "k" + std::to_string(i), "v");
     },
     422, "P0102", "metadata",
     "Invalid attribute value: metadata. Cannot have more than 15 key-value pairs"},
    {"prefilled name of 256",
     [](auto& r) { r.mutable_prefilled_cardholder_details()->set_cardholder_name(kLong256); }, 422,
     "P0102", "prefilled_cardholder_details.cardholder_name",
     "Invalid attribute value: prefilled_cardholder_details.cardholder_name. Must be less than or "
     "equal to 255 characters "
     "length"},
    {"prefilled postcode of 26",
     [](auto& r) {
       r.mutable_prefilled_cardholder_details()->mutable_billing_address()->set_postcode(
           std::string(26, 'x'));
     },
     422, "P0102", "prefilled_cardholder_details.postcode",
     "Invalid attribute value: prefilled_cardholder_details.postcode. Must be less than or equal "
     "to 25 characters length"},
    {"prefilled country",
     [](auto& r) {
       r.mutable_prefilled_cardholder_details()->mutable_billing_address()->set_country("Canada");
     },
     422, "P0102", "prefilled_cardholder_details.country",
     "Invalid attribute value: prefilled_cardholder_details.country. Must be a valid ISO-3166-1 "
     "alpha-2 code"},
    {"amount comes first", [](auto& r) { r.Clear(); }, 400, "P0101", "amount",
     "Missing mandatory attribute: amount"},
};

}  // namespace

TEST_CASE("CreatePayment: each wrong attribute has GOV.UK Pay's status, code, field and text",
          "[payments]") {
  for (const auto& c : kCases) {
    CAPTURE(c.what);
    auto request = GoodRequest();
    c.spoil(request);
    auto result = CheckCreate(request, true);
    REQUIRE_FALSE(result.ok());
    auto error = HttpErrorOf(result.status());
    CHECK(error.http_status() == c.http_status);
    CHECK(Member(error, "code") == c.code);
    CHECK(Member(error, "field") == c.field);
    CHECK(Member(error, "description") == c.description);
  }
}

TEST_CASE("CreatePayment: a good request becomes a payment with everything it said", "[payments]") {
  auto request = GoodRequest();
  request.set_language("fr");
  request.set_email("zoe@example.ca");
  request.mutable_prefilled_cardholder_details()->mutable_billing_address()->set_city("Sudbury");
  (*request.mutable_metadata()->mutable_fields())["attempt"].set_number_value(3);
  auto payment = CheckCreate(request, true);
  REQUIRE(payment.ok());
  CHECK(payment->amount_cents == 9000);
  CHECK(payment->language == "fr");
  CHECK(payment->payer.email == "zoe@example.ca");
  CHECK(payment->payer.city == "Sudbury");
  CHECK(payment->metadata == R"({"attempt":3})");
}

TEST_CASE("CreatePayment: metadata's numbers keep their digits", "[payments]") {
  const std::pair<double, const char*> kNumbers[] = {{100, "100"},
                                                     {0.1, "0.1"},
                                                     {1.5e-7, "1.5e-07"},
                                                     {-0.0, "0"},
                                                     {9007199254740991, "9007199254740991"},
                                                     {12345678901234567, "12345678901234568"},
                                                     {0.12345678901234568, "0.12345678901234568"},
                                                     {1e300, "1e+300"}};
  for (const auto& [number, text] : kNumbers) {
    auto request = GoodRequest();
    (*request.mutable_metadata()->mutable_fields())["n"].set_number_value(number);
    auto payment = CheckCreate(request, true);
    REQUIRE(payment.ok());
    CHECK(payment->metadata == std::string(R"({"n":)") + text + "}");
    auto view = ViewOf(*payment, "sandbox", {}, "");
    CHECK(view.metadata().fields().at("n").number_value() == number);
  }
}

TEST_CASE("CreatePayment: details of the person are kept as people mean them", "[payments]") {
  auto request = GoodRequest();
  request.set_email(" Zoe@EXAMPLE.ca\u00A0");
  request.mutable_prefilled_cardholder_details()->set_cardholder_name("\u3000Zoe\u0301  Exemple\n");
  Address(request).set_line1("Unit 14, 52304 Range Road 233, Box 06");
  Address(request).set_line2("\u00A0");
  Address(request).set_city(std::string(kLong256Accents, 2));
  Address(request).set_country("hk");
  auto payment = CheckCreate(request, true);
  REQUIRE(payment.ok());
  CHECK(payment->payer.email == "Zoe@example.ca");
  CHECK(payment->payer.cardholder_name == "Zoé Exemple");
  CHECK(payment->payer.line1 == "Unit 14, 52304 Range Road 233, Box 06");
  CHECK(payment->payer.line2.empty());
  CHECK(payment->payer.country == "HK");
}

TEST_CASE("CreatePayment: the service's own identifiers may look like a card number",
          "[payments]") {
  auto request = GoodRequest();
  request.set_reference("4242424242424242");
  request.set_description("Permit 4242424242424242");
  SetMetadata(request, "permit", "4242424242424242");
  CHECK(CheckCreate(request, true).ok());
}

TEST_CASE(
    "CreatePayment: 255 characters count as characters, and a test payment may return without "
    "encryption",
    "[payments]") {
  auto request = GoodRequest();
  request.set_reference(kLong256Accents.substr(2));
  request.set_return_url("http://localhost:8090/paid");
  CHECK(CheckCreate(request, false).ok());
  request.set_return_url("HTTP://localhost:8090/paid");
  CHECK(CheckCreate(request, false)->return_url == "HTTP://localhost:8090/paid");
  request.set_return_url("Https://ministry.example/done");
  CHECK(CheckCreate(request, true).ok());
}

TEST_CASE("Idempotency-Key: letters, digits and hyphens, 255 at most", "[payments]") {
  CHECK(CheckIdempotencyKey("").ok());
  CHECK(CheckIdempotencyKey("a-B-9").ok());
  CHECK(CheckIdempotencyKey(std::string(255, 'a')).ok());
  auto too_long = HttpErrorOf(CheckIdempotencyKey(std::string(256, 'a')));
  CHECK(too_long.http_status() == 422);
  CHECK(Member(too_long, "header") == "Idempotency-Key");
  CHECK(Member(too_long, "description") ==
        "Header [Idempotency-Key] can have a size between 1 and 255");
  for (const char* key : {"a b", "a_b", "é", "a\nb", "a;b"}) {
    CHECK(Member(HttpErrorOf(CheckIdempotencyKey(key)), "description") ==
          "Header [Idempotency-Key] can only contain alphanumeric characters and hyphens");
  }
}

TEST_CASE("Idempotency: equal requests have equal hashes whatever their order, others do not",
          "[payments]") {
  auto one = GoodRequest();
  auto two = GoodRequest();
  SetMetadata(one, "a", "1"), SetMetadata(one, "b", "2");
  SetMetadata(two, "b", "2"), SetMetadata(two, "a", "1");
  CHECK(idempotency::RequestHash(one) == idempotency::RequestHash(two));
  SetMetadata(two, "a", "3");
  CHECK(idempotency::RequestHash(one) != idempotency::RequestHash(two));
}

}  // namespace tamarack::payments
