#include "services/payments/countries.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>

#include <unicode/bytestream.h>
#include <unicode/locdspnm.h>
#include <unicode/locid.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace tamarack::payments {
namespace {

// Parts of other countries that CLDR knows and ISO 3166-1 does not.
constexpr std::string_view kNotOfIso[] = {"DG", "EA", "IC"};

// Where libaddressinput (github.com/google/libaddressinput, cpp/src/region_data_constants.cc of
// 2025-06-12) requires Z in an address. CLDR gave up its own data on postal codes in version 27 and
// refers to this, which Google keeps.
constexpr std::string_view kNeedPostalCode =
    "AS AT AU AX BE BL BR CA CH CN CZ DE DK EE ES FI FK FM FR GB GF GG GL GP GR GS GU HU IM IN IO "
    "IT JE JP KR LI LT LU LV MF MH MP MQ MX MY NC NL NO NZ PF PL PM PN PR PT PW RE RO RU SE SG SH "
    "SJ SK SM TC TR TW UA US VI WF YT ZA";

// CLDR's short names, without "SAR China", but for the two that are abbreviations.
std::unique_ptr<icu::LocaleDisplayNames> NamesIn(const char* locale, UDisplayContext length) {
  UDisplayContext contexts[] = {length};
  return std::unique_ptr<icu::LocaleDisplayNames>(
      icu::LocaleDisplayNames::createInstance(icu::Locale(locale), contexts, 1));
}

struct Names {
  explicit Names(const char* locale)
      : full(NamesIn(locale, UDISPCTX_LENGTH_FULL)),
        brief(NamesIn(locale, UDISPCTX_LENGTH_SHORT)) {}
  std::unique_ptr<icu::LocaleDisplayNames> full, brief;
};

}  // namespace

std::string CountryCode(std::string_view typed) {
  std::string code = absl::AsciiStrToUpper(ToAbsl(text::Trim(typed)));
  const auto& all = CountryCodes();
  return std::find(all.begin(), all.end(), code) == all.end() ? "" : code;
}

const std::vector<std::string>& CountryCodes() {
  static const auto& kCodes = *[] {
    auto* codes = new std::vector<std::string>;
    for (const char* const* code = uloc_getISOCountries(); *code != nullptr; ++code) {
      bool is_of_iso =
          std::find(std::begin(kNotOfIso), std::end(kNotOfIso), *code) == std::end(kNotOfIso);
      if (is_of_iso) codes->emplace_back(*code);
    }
    return codes;
  }();
  return kCodes;
}

std::string CountryName(std::string_view code, std::string_view language) {
  static const auto& kEnglish = *new Names("en_CA");
  static const auto& kFrench = *new Names("fr_CA");
  const Names& names = language == "fr" ? kFrench : kEnglish;
  bool has_abbreviation = code == "GB" || code == "US";
  icu::UnicodeString name;
  (has_abbreviation ? names.full : names.brief)->regionDisplayName(std::string(code).c_str(), name);
  // French names begin as within a sentence: "île de Man".
  name.replace(0, 1, icu::UnicodeString(name, 0, 1).toUpper());
  std::string utf8;
  return name.toUTF8String(utf8);
}

bool NeedsPostalCode(std::string_view code) {
  return code.size() == 2 && kNeedPostalCode.find(code) != std::string_view::npos;
}

}  // namespace tamarack::payments
