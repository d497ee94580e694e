#include "services/payments/card_rules.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_format.h>
#include <absl/time/time.h>

#include <algorithm>
#include <iterator>

namespace tamarack::payments {
namespace {

constexpr size_t kTextSizeMax = 255;
constexpr int kYearsAheadMax = 25;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

bool AreDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::string Trim(const std::string& text) {
  return std::string(ToStd(absl::StripAsciiWhitespace(text)));
}

// People group digits with spaces (a NO-BREAK SPACE too, when pasted) and dashes.
std::string WithoutGrouping(std::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\xC2\xA0") {
      ++i;
    } else if (text[i] != ' ' && text[i] != '-' && text[i] != '\t') {
      digits += text[i];
    }
  }
  return digits;
}

// A number typed into the wrong field must not be kept.
bool HoldsCardNumber(std::string_view text) {
  std::string digits;
  for (char c : WithoutGrouping(text)) {
    if (IsDigit(c)) digits += c;
  }
  return IsCardNumber(digits);
}

// "K1A 0B1": letters that Canada Post does not use are refused.
bool IsCanadianPostalCode(std::string_view text) {
  std::string code = absl::AsciiStrToUpper(WithoutGrouping(text));
  constexpr std::string_view kFirst = "ABCEGHJKLMNPRSTVXY";
  constexpr std::string_view kOther = "ABCEGHJKLMNPRSTVWXYZ";
  return code.size() == 6 && kFirst.find(code[0]) != kFirst.npos && IsDigit(code[1]) &&
         kOther.find(code[2]) != kOther.npos && IsDigit(code[3]) &&
         kOther.find(code[4]) != kOther.npos && IsDigit(code[5]);
}

constexpr std::string_view kProvinces[] = {"AB", "BC", "MB", "NB", "NL", "NS", "NT",
                                           "NU", "ON", "PE", "QC", "SK", "YT"};

class Form {
 public:
  Form(const v1::SubmitCardRequest& request, TimePoint now) : request_(request), now_(now) {}

  CheckedCard Check() {
    CheckNumber();
    CheckExpiry();
    checked_.payer.cardholder_name =
        Text("cardholder_name", request_.cardholder_name(), "ERROR_CARDHOLDER_NAME_MISSING");
    checked_.card.holder = checked_.payer.cardholder_name;
    CheckSecurityCode();
    CheckAddress();
    CheckEmail();
    return std::move(checked_);
  }

 private:
  void Add(const char* field, const char* key) { checked_.errors.push_back({field, key}); }

  // A line of text; a null `missing` makes it optional.
  std::string Text(const char* field, const std::string& value, const char* missing) {
    std::string text = Trim(value);
    bool has_control = std::any_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (text.empty()) {
      if (missing != nullptr) Add(field, missing);
    } else if (HoldsCardNumber(text)) {
      Add(field, "ERROR_CARD_NUMBER_HERE");
      text.clear();
    } else if (text.size() > kTextSizeMax || has_control) {
      Add(field, "ERROR_TEXT_TOO_LONG");
      text.clear();
    }
    return text;
  }

  void CheckNumber() {
    std::string digits = WithoutGrouping(request_.card_no());
    if (digits.empty()) return Add("card_no", "ERROR_CARD_NO_MISSING");
    if (!IsCardNumber(digits)) return Add("card_no", "ERROR_CARD_NO_WRONG");
    checked_.summary.brand = BrandOf(digits);
    if (checked_.summary.brand.empty()) return Add("card_no", "ERROR_CARD_NO_BRAND");
    checked_.summary.first_digits = digits.substr(0, 6);
    checked_.summary.last_digits = digits.substr(digits.size() - 4);
    checked_.card.number = std::move(digits);
  }

  void CheckExpiry() {
    std::string month_text = Trim(request_.expiry_month());
    std::string year_text = Trim(request_.expiry_year());
    if (month_text.empty() && year_text.empty()) return Add("expiry_month", "ERROR_EXPIRY_MISSING");
    int month = 0;
    int year = 0;
    bool is_number = AreDigits(month_text) && month_text.size() <= 2 &&
                     absl::SimpleAtoi(month_text, &month) && AreDigits(year_text) &&
                     (year_text.size() == 2 || year_text.size() == 4) &&
                     absl::SimpleAtoi(year_text, &year);
    if (!is_number || month < 1 || month > 12) return Add("expiry_month", "ERROR_EXPIRY_WRONG");
    if (year < 100) year += 2000;
    auto today = absl::ToCivilMonth(absl::FromUnixMicros(UnixMicros(now_)), absl::UTCTimeZone());
    absl::CivilMonth expiry(year, month);
    if (expiry < today) return Add("expiry_month", "ERROR_EXPIRY_PAST");
    if (year > today.year() + kYearsAheadMax) return Add("expiry_month", "ERROR_EXPIRY_WRONG");
    checked_.card.expiry_month = month;
    checked_.card.expiry_year = year;
    checked_.summary.expiry_date = absl::StrFormat("%02d/%02d", month, year % 100);
  }

  void CheckSecurityCode() {
    std::string code = Trim(request_.cvc());
    if (code.empty()) return Add("cvc", "ERROR_CVC_MISSING");
    bool has_size = checked_.summary.brand.empty()
                        ? code.size() == 3 || code.size() == 4
                        : code.size() == (checked_.summary.brand == "american-express" ? 4U : 3U);
    if (!AreDigits(code) || !has_size) return Add("cvc", "ERROR_CVC_WRONG");
    checked_.card.security_code = std::move(code);
  }

  void CheckAddress() {
    Payer& payer = checked_.payer;
    std::string country = Trim(request_.address_country());
    bool is_code = country.size() == 2 &&
                   absl::ascii_isupper(static_cast<unsigned char>(country[0])) &&
                   absl::ascii_isupper(static_cast<unsigned char>(country[1]));
    payer.country = is_code ? country : "CA";
    bool is_canada = payer.country == "CA";
    payer.line1 = Text("address_line_1", request_.address_line_1(), "ERROR_ADDRESS_LINE_1_MISSING");
    payer.line2 = Text("address_line_2", request_.address_line_2(), nullptr);
    payer.city = Text("address_city", request_.address_city(), "ERROR_CITY_MISSING");
    std::string province = Trim(request_.address_province());
    bool is_province =
        std::find(std::begin(kProvinces), std::end(kProvinces), province) != std::end(kProvinces);
    if (is_canada && !is_province) Add("address_province", "ERROR_PROVINCE_MISSING");
    if (is_canada && is_province) payer.province = province;
    payer.postcode =
        Text("address_postcode", request_.address_postcode(), "ERROR_POSTCODE_MISSING");
    if (is_canada && !payer.postcode.empty() && !IsCanadianPostalCode(payer.postcode)) {
      Add("address_postcode", "ERROR_POSTAL_CODE");
    }
  }

  void CheckEmail() {
    std::string email = Text("email", request_.email(), "ERROR_EMAIL_MISSING");
    if (email.empty()) return;
    size_t at = email.find('@');
    bool is_address = at != std::string::npos && at > 0 &&
                      email.find('.', at) != std::string::npos &&
                      email.find_first_of(" <>,;") == std::string::npos &&
                      email.find('@', at + 1) == std::string::npos;
    if (!is_address) Add("email", "ERROR_EMAIL_FORMAT");
    checked_.payer.email = std::move(email);
  }

  const v1::SubmitCardRequest& request_;
  TimePoint now_;
  CheckedCard checked_;
};

}  // namespace

CheckedCard CheckCard(const v1::SubmitCardRequest& request, TimePoint now) {
  return Form(request, now).Check();
}

bool IsCardNumber(std::string_view digits) {
  if (digits.size() < 12 || digits.size() > 19 || !AreDigits(digits)) return false;
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

std::string_view BrandOf(std::string_view digits) {
  constexpr struct {
    int digits, first, last;
    std::string_view brand;
  } kRanges[] = {{1, 4, 4, "visa"},
                 {2, 51, 55, "master-card"},
                 {4, 2221, 2720, "master-card"},
                 {2, 34, 34, "american-express"},
                 {2, 37, 37, "american-express"},
                 {4, 6011, 6011, "discover"},
                 {3, 644, 659, "discover"},
                 {2, 36, 36, "diners-club"},
                 {2, 38, 39, "diners-club"},
                 {3, 300, 305, "diners-club"},
                 {4, 3528, 3589, "jcb"},
                 {2, 62, 62, "unionpay"}};
  for (const auto& range : kRanges) {
    int prefix = 0;
    bool has_prefix =
        absl::SimpleAtoi(ToAbsl(digits.substr(0, static_cast<size_t>(range.digits))), &prefix);
    if (has_prefix && prefix >= range.first && prefix <= range.last) return range.brand;
  }
  return {};
}

}  // namespace tamarack::payments
