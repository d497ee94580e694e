#include "services/payments/card_rules.h"

#include "platform/text/canada.h"
#include "platform/text/email_address.h"
#include "platform/text/text.h"
#include "services/payments/card_number.h"
#include "services/payments/countries.h"
#include "services/payments/payer_text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_format.h>
#include <absl/time/time.h>

#include <optional>
#include <utility>

namespace tamarack::payments {
namespace {

constexpr int kYearsAheadMax = 25;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// "12 / 2030" is 12 and 2030.
std::vector<std::string> DigitRuns(const std::string& typed) {
  std::vector<std::string> runs;
  bool is_in_run = false;
  for (char c : text::AsciiDigits(typed)) {
    if (IsDigit(c) && !is_in_run) runs.emplace_back();
    is_in_run = IsDigit(c);
    if (is_in_run) runs.back() += c;
  }
  return runs;
}

// Month and year, however they are typed into one field or both: `12` and `30`, `12 / 2030`,
// `1230`, `2030-12`, `203012`. Six digits say by themselves which of them are the month: no year
// that a card has begins as a month does. Four do not (`1112`), so of those only the card's own
// order is read.
std::optional<absl::CivilMonth> ReadExpiry(const std::string& typed) {
  auto runs = DigitRuns(typed);
  if (runs.size() == 1 && (runs[0].size() == 4 || runs[0].size() == 6)) {
    bool is_year_first = runs[0].size() == 6 && runs[0].substr(0, 2) > "12";
    size_t first = is_year_first ? 4 : 2;
    runs = {runs[0].substr(0, first), runs[0].substr(first)};
  }
  if (runs.size() != 2) return std::nullopt;
  if (runs[0].size() == 4) std::swap(runs[0], runs[1]);
  int month = 0;
  int year = 0;
  bool is_date = runs[0].size() <= 2 && absl::SimpleAtoi(runs[0], &month) && month >= 1 &&
                 month <= 12 && (runs[1].size() == 2 || runs[1].size() == 4) &&
                 absl::SimpleAtoi(runs[1], &year);
  if (!is_date) return std::nullopt;
  return absl::CivilMonth(year < 100 ? year + 2000 : year, month);
}

class Form {
 public:
  Form(const v1::SubmitCardRequest& request, TimePoint now) : request_(request), now_(now) {}

  CheckedCard Check() {
    CheckNumber();
    CheckExpiry();
    CheckHolder();
    CheckSecurityCode();
    CheckAddress();
    CheckEmail();
    return std::move(checked_);
  }

 private:
  void Add(const char* field, const char* key, pages::Params params = {}) {
    checked_.errors.push_back({field, key, std::move(params)});
  }

  // A line of text; a null `missing` makes it optional. A card number is not even shown again; what
  // is too long is, to be shortened.
  std::string Text(const char* field, std::string_view typed, const char* missing,
                   size_t characters_max = kTextCharactersMax) {
    std::string line = text::TidyLine(typed);
    if (line.empty()) {
      if (missing != nullptr) Add(field, missing);
    } else if (HoldsCardNumber(line)) {
      Add(field, "ERROR_CARD_NUMBER_HERE");
      line.clear();
    } else if (text::HasControlCharacter(line)) {
      Add(field, "ERROR_CHARACTERS");
    } else if (text::CountCharacters(line) > characters_max) {
      Add(field, "ERROR_TOO_LONG", {{"MAX", std::to_string(characters_max)}});
    }
    return line;
  }

  // Only digits count, of any script: people group them with blanks and dashes of every kind.
  void CheckNumber() {
    if (text::IsBlank(request_.card_no())) return Add("card_no", "ERROR_CARD_NO_MISSING");
    std::string digits = text::DigitsIn(request_.card_no());
    std::string_view brand = BrandOf(digits);
    if (!brand.empty() && !HasLengthOfBrand(digits)) return Add("card_no", "ERROR_CARD_NO_LENGTH");
    if (digits.size() < kCardDigitsMin || digits.size() > kCardDigitsMax || !HasCheckDigit(digits))
      return Add("card_no", "ERROR_CARD_NO_WRONG");
    if (brand.empty() || brand == "maestro") return Add("card_no", "ERROR_CARD_NO_BRAND");
    checked_.summary.brand = brand;
    checked_.summary.first_digits = digits.substr(0, 6);
    checked_.summary.last_digits = digits.substr(digits.size() - 4);
    checked_.card.number = std::move(digits);
  }

  void CheckExpiry() {
    std::string typed = request_.expiry_month() + " " + request_.expiry_year();
    if (text::IsBlank(typed)) return Add("expiry_month", "ERROR_EXPIRY_MISSING");
    if (HoldsCardNumber(typed)) return Add("expiry_month", "ERROR_CARD_NUMBER_HERE");
    checked_.expiry_month = text::TidyLine(request_.expiry_month());
    checked_.expiry_year = text::TidyLine(request_.expiry_year());
    auto expiry = ReadExpiry(typed);
    // A card is good to the end of its month wherever its owner is: UTC-12 is last.
    auto today = absl::ToCivilMonth(absl::FromUnixMicros(UnixMicros(now_)),
                                    absl::FixedTimeZone(-12 * 60 * 60));
    if (!expiry || expiry->year() > today.year() + kYearsAheadMax)
      return Add("expiry_month", "ERROR_EXPIRY_WRONG");
    if (*expiry < today) return Add("expiry_month", "ERROR_EXPIRY_PAST");
    checked_.card.expiry_month = expiry->month();
    checked_.card.expiry_year = static_cast<int>(expiry->year());
    checked_.summary.expiry_date =
        absl::StrFormat("%02d/%02d", expiry->month(), expiry->year() % 100);
  }

  void CheckHolder() {
    std::string name =
        Text("cardholder_name", request_.cardholder_name(), "ERROR_CARDHOLDER_NAME_MISSING");
    // Not even shown again: a security code is kept nowhere (PCI DSS 3.3).
    if (IsSecurityCode(name)) return Add("cardholder_name", "ERROR_SECURITY_CODE_HERE");
    checked_.card.holder = name;
    checked_.payer.cardholder_name = std::move(name);
  }

  void CheckSecurityCode() {
    if (text::IsBlank(request_.cvc())) return Add("cvc", "ERROR_CVC_MISSING");
    std::string code = text::DigitsIn(request_.cvc());
    std::string_view brand = checked_.summary.brand;
    bool has_size = brand.empty() ? code.size() == 3 || code.size() == 4
                                  : code.size() == (brand == "american-express" ? 4U : 3U);
    if (!has_size) return Add("cvc", "ERROR_CVC_WRONG");
    checked_.card.security_code = std::move(code);
  }

  void CheckAddress() {
    Payer& payer = checked_.payer;
    payer.country = CountryCode(request_.address_country());
    if (payer.country.empty()) {
      payer.country = "CA";
      // The list always sends one; what is none of it is no address that anybody meant.
      if (!text::IsBlank(request_.address_country())) Add("address_country", "ERROR_COUNTRY");
    }
    bool is_canada = payer.country == "CA";
    payer.line1 = Text("address_line_1", request_.address_line_1(), "ERROR_ADDRESS_LINE_1_MISSING");
    payer.line2 = Text("address_line_2", request_.address_line_2(), nullptr);
    payer.city = Text("address_city", request_.address_city(), "ERROR_CITY_MISSING");
    std::string_view province = text::Trim(request_.address_province());
    bool is_province = text::IsProvince(province);
    if (is_canada && !is_province) Add("address_province", "ERROR_PROVINCE_MISSING");
    if (is_canada && is_province) payer.province = province;
    payer.postcode = Text("address_postcode", request_.address_postcode(),
                          NeedsPostalCode(payer.country) ? "ERROR_POSTCODE_MISSING" : nullptr,
                          kPostcodeCharactersMax);
    if (!is_canada || payer.postcode.empty()) return;
    std::string code = text::CanadianPostalCode(payer.postcode);
    if (code.empty()) return Add("address_postcode", "ERROR_POSTAL_CODE");
    payer.postcode = std::move(code);
  }

  void CheckEmail() {
    size_t errors_before = checked_.errors.size();
    checked_.payer.email = Text("email", text::TidyEmailAddress(request_.email()),
                                "ERROR_EMAIL_MISSING", kEmailCharactersMax);
    bool is_tidy = checked_.errors.size() == errors_before;
    if (is_tidy && !text::IsEmailAddress(checked_.payer.email)) Add("email", "ERROR_EMAIL_FORMAT");
  }

  const v1::SubmitCardRequest& request_;
  TimePoint now_;
  CheckedCard checked_;
};

}  // namespace

CheckedCard CheckCard(const v1::SubmitCardRequest& request, TimePoint now) {
  return Form(request, now).Check();
}

}  // namespace tamarack::payments
