#include "services/payments/create_rules.h"

#include "platform/http/web_url.h"
#include "platform/text/email_address.h"
#include "platform/text/text.h"
#include "services/payments/card_number.h"
#include "services/payments/countries.h"
#include "services/payments/errors.h"
#include "services/payments/payer_text.h"

#include <absl/strings/ascii.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

namespace tamarack::payments {
namespace {

constexpr size_t kReferenceSizeMax = 255;
constexpr size_t kReturnUrlSizeMax = 2000;
constexpr int kMetadataKeysMax = 15;
constexpr size_t kMetadataKeySizeMax = 30;
constexpr size_t kMetadataValueSizeMax = 100;
constexpr size_t kIdempotencyKeySizeMax = 255;

absl::Status TooLong(std::string_view field, size_t size_max) {
  return InvalidAttribute(
      422, field, absl::StrCat("Must be less than or equal to ", size_max, " characters length"));
}

absl::Status CheckSize(const std::string& value, std::string_view field, size_t size_max) {
  return text::CountCharacters(value) > size_max ? TooLong(field, size_max) : absl::OkStatus();
}

// About the person: a card number that was typed into the wrong field is kept nowhere.
absl::Status CheckPayerText(const std::string& value, std::string_view field, size_t size_max) {
  if (HoldsCardNumber(value)) return InvalidAttribute(422, field, "Must not contain a card number");
  if (text::HasControlCharacter(value))
    return InvalidAttribute(422, field, "Must not contain control characters");
  return CheckSize(value, field, size_max);
}

absl::Status CheckAmount(const v1::CreatePaymentRequest& request) {
  if (!request.has_amount()) return MissingAttribute("amount");
  if (request.amount() < kAmountCentsMin) {
    return InvalidAttribute(422, "amount",
                            absl::StrCat("Must be greater than or equal to ", kAmountCentsMin));
  }
  if (request.amount() > kAmountCentsMax) {
    return InvalidAttribute(422, "amount",
                            absl::StrCat("Must be less than or equal to ", kAmountCentsMax));
  }
  return absl::OkStatus();
}

// Reference and description: shown on pages and in other systems' lists, hence no markup.
absl::Status CheckLine(bool is_present, const std::string& value, std::string_view field) {
  if (!is_present || text::IsBlank(value)) return MissingAttribute(field);
  if (value.find_first_of("<>|") != std::string::npos) {
    return InvalidAttribute(400, field, "Must be a valid string format");
  }
  return CheckSize(value, field, kReferenceSizeMax);
}

absl::Status CheckReturnUrl(const v1::CreatePaymentRequest& request, bool is_live) {
  const std::string& url = request.return_url();
  if (!request.has_return_url() || text::IsBlank(url)) return MissingAttribute("return_url");
  if (auto status = CheckSize(url, "return_url", kReturnUrlSizeMax); !status.ok()) return status;
  auto parsed = http::ParseWebUrl(url);
  if (!parsed) return InvalidAttribute(422, "return_url", "Must be a valid URL format");
  if (is_live && parsed->scheme != "https") {
    return InvalidAttribute(422, "return_url",
                            "Must begin with https:// for a live gateway account");
  }
  return absl::OkStatus();
}

absl::Status CheckEmail(const v1::CreatePaymentRequest& request) {
  if (!request.has_email()) return absl::OkStatus();
  std::string email = text::TidyEmailAddress(request.email());
  if (auto status = CheckPayerText(email, "email", kEmailCharactersMax); !status.ok())
    return status;
  return text::IsEmailAddress(email)
             ? absl::OkStatus()
             : InvalidAttribute(422, "email", "Must be a valid email address");
}

// Numbers as they are: Boost.JSON neither prints 0.1 nor reads 17 digits as they were.
absl::StatusOr<std::string> MetadataJson(google::protobuf::Struct metadata) {
  for (auto& [key, value] : *metadata.mutable_fields()) {
    if (value.has_number_value()) value.set_number_value(value.number_value() + 0.0);  // -0 is 0
  }
  std::string json;
  bool is_printed = google::protobuf::util::MessageToJsonString(metadata, &json).ok();
  return is_printed ? json : absl::StatusOr<std::string>(absl::InternalError("metadata"));
}

absl::Status CheckMetadata(const google::protobuf::Struct& metadata) {
  using google::protobuf::Value;
  std::set<std::string> faults;
  std::set<std::string> keys;
  for (const auto& [key, value] : metadata.fields()) {
    size_t size = text::CountCharacters(key);
    if (size < 1 || size > kMetadataKeySizeMax)
      faults.insert("Keys must be between 1 and 30 characters long");
    if (!keys.insert(absl::AsciiStrToLower(key)).second)
      faults.insert("Keys must be unique, whatever their case");
    switch (value.kind_case()) {
      case Value::kStringValue:
        if (text::CountCharacters(value.string_value()) > kMetadataValueSizeMax) {
          faults.insert("Values must be no greater than 100 characters long");
        }
        break;
      case Value::kBoolValue:
        break;
      case Value::kNumberValue:
        if (!std::isfinite(value.number_value()))
          faults.insert("Values must be of type String, Boolean or Number");
        break;
      case Value::kNullValue:
        faults.insert("Must not have null values");
        break;
      default:
        faults.insert("Values must be of type String, Boolean or Number");
    }
  }
  std::vector<std::string> texts;
  if (metadata.fields_size() > kMetadataKeysMax)
    texts.emplace_back("Cannot have more than 15 key-value pairs");
  texts.insert(texts.end(), faults.begin(), faults.end());
  std::string text;
  for (const auto& fault : texts) absl::StrAppend(&text, text.empty() ? "" : ". ", fault);
  return text.empty() ? absl::OkStatus() : InvalidAttribute(422, "metadata", text);
}

absl::Status CheckPrefilled(const v1::PrefilledCardholderDetails& details) {
  const auto& address = details.billing_address();
  const struct {
    const std::string& value;
    const char* field;
    size_t size_max = kTextCharactersMax;
  } kLines[] = {{details.cardholder_name(), "cardholder_name"},
                {address.line1(), "line1"},
                {address.line2(), "line2"},
                {address.city(), "city"},
                {address.postcode(), "postcode", kPostcodeCharactersMax}};
  for (const auto& line : kLines) {
    auto status =
        CheckPayerText(text::TidyLine(line.value),
                       absl::StrCat("prefilled_cardholder_details.", line.field), line.size_max);
    if (!status.ok()) return status;
  }
  if (IsSecurityCode(text::TidyLine(details.cardholder_name()))) {
    return InvalidAttribute(422, "prefilled_cardholder_details.cardholder_name",
                            "Must not be a security code");
  }
  if (address.has_country() && CountryCode(address.country()).empty()) {
    return InvalidAttribute(422, "prefilled_cardholder_details.country",
                            "Must be a valid ISO-3166-1 alpha-2 code");
  }
  return absl::OkStatus();
}

absl::Status CheckChoices(const v1::CreatePaymentRequest& request) {
  if (request.has_language() && request.language() != "en" && request.language() != "fr") {
    return InvalidAttribute(422, "language", "Must be \"en\" or \"fr\"");
  }
  if (request.delayed_capture()) return InvalidAttribute(422, "delayed_capture", "Must be false");
  if (request.moto()) return InvalidAttribute(422, "moto", "Must be false");
  if (request.has_authorisation_mode() && request.authorisation_mode() != "web") {
    return InvalidAttribute(422, "authorisation_mode", "Must be one of web");
  }
  return absl::OkStatus();
}

absl::Status CheckAll(const v1::CreatePaymentRequest& request, bool is_live) {
  absl::Status status = CheckAmount(request);
  status.Update(CheckLine(request.has_reference(), request.reference(), "reference"));
  status.Update(CheckLine(request.has_description(), request.description(), "description"));
  status.Update(CheckChoices(request));
  status.Update(CheckReturnUrl(request, is_live));
  status.Update(CheckEmail(request));
  status.Update(CheckMetadata(request.metadata()));
  status.Update(CheckPrefilled(request.prefilled_cardholder_details()));
  return status;
}

}  // namespace

absl::StatusOr<Payment> CheckCreate(const v1::CreatePaymentRequest& request, bool is_live) {
  if (absl::Status status = CheckAll(request, is_live); !status.ok()) return status;
  const auto& details = request.prefilled_cardholder_details();
  const auto& address = details.billing_address();
  Payment payment;
  payment.amount_cents = request.amount();
  payment.reference = request.reference();
  payment.description = request.description();
  payment.return_url = request.return_url();
  payment.language = request.has_language() ? request.language() : "en";
  if (request.has_metadata()) {
    auto metadata = MetadataJson(request.metadata());
    if (!metadata.ok()) return metadata.status();
    payment.metadata = *std::move(metadata);
  }
  payment.payer = {.email = text::TidyEmailAddress(request.email()),
                   .cardholder_name = text::TidyLine(details.cardholder_name()),
                   .line1 = text::TidyLine(address.line1()),
                   .line2 = text::TidyLine(address.line2()),
                   .city = text::TidyLine(address.city()),
                   .province = {},
                   .postcode = text::TidyLine(address.postcode()),
                   .country = CountryCode(address.country())};
  return payment;
}

absl::Status CheckIdempotencyKey(std::string_view key) {
  if (key.size() > kIdempotencyKeySizeMax)
    return InvalidIdempotencyKey("have a size between 1 and 255");
  bool is_plain = std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
  return is_plain ? absl::OkStatus()
                  : InvalidIdempotencyKey("only contain alphanumeric characters and hyphens");
}

}  // namespace tamarack::payments
