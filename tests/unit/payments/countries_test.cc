#include "services/payments/countries.h"

#include "platform/pages/collation.h"
#include "services/payments/card_page_views.h"

#include "services/payments/page_bundle.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tamarack::payments {
namespace {

// Labels of the country list of a rendered card page, in its order; the selected one has a star.
std::vector<std::string> Countries(const std::string& language, const std::string& prefilled) {
  pages::Renderer renderer(PageBundle(), pages::DefaultBrand());
  Payment payment;
  payment.payer.country = prefilled;
  CheckedCard shown;
  shown.payer = payment.payer;
  std::string html = renderer.Render(CardPage({language, "csrf"}, payment, shown)).data();
  html = html.substr(0, html.find("</select>"));
  std::vector<std::string> labels;
  for (size_t at = html.find("<option"); at != std::string::npos;
       at = html.find("<option", at + 1)) {
    size_t begin = html.find('>', at) + 1;
    bool is_selected = html.substr(at, begin - at).find(" selected") != std::string::npos;
    labels.push_back(html.substr(begin, html.find('<', begin) - begin) + (is_selected ? "*" : ""));
  }
  return labels;
}

bool Has(const std::vector<std::string>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

}  // namespace

TEST_CASE("Country: a code in either case, and nothing else", "[payments]") {
  const std::pair<const char*, const char*> kCodes[] = {
      {"HK", "HK"}, {"hk", "HK"}, {" Ca\u00A0", "CA"}, {"gB", "GB"}, {"XK", "XK"}, {"", ""},
      {"XX", ""},   {"EU", ""},   {"UK", ""},          {"CAN", ""},  {"ſj", ""},   {"Canada", ""}};
  for (const auto& [typed, code] : kCodes) {
    CAPTURE(typed);
    CHECK(CountryCode(typed) == code);
  }
}

TEST_CASE("Country: who has postal codes for everybody", "[payments]") {
  for (const char* code : {"CA", "US", "GB", "FR", "DE", "JP", "PM"}) CHECK(NeedsPostalCode(code));
  for (const char* code : {"HK", "AE", "IE", "BS", "JM", "AO", "", "A", "S A", "XX"})
    CHECK_FALSE(NeedsPostalCode(code));
}

TEST_CASE("Card page: each country once, in the order of its language", "[payments]") {
  for (const char* language : {"en", "fr"}) {
    auto labels = Countries(language, "");
    CHECK(labels.size() == CountryCodes().size());
    CHECK(labels.size() == 250);  // ISO 3166-1 and Kosovo
    CHECK(std::adjacent_find(labels.begin(), labels.end(), [&](auto& label, auto& next) {
            return !pages::SortsBefore(language, label, next);
          }) == labels.end());
    CHECK(Has(labels, "Canada*"));
    CHECK(Has(labels, "Hong Kong"));
  }
  CHECK(Has(Countries("en", ""), "United Kingdom"));
  CHECK(Has(Countries("fr", ""), "Royaume-Uni"));
  CHECK(Has(Countries("fr", ""), "Île de Man"));
  CHECK(Has(Countries("fr", ""), "Émirats arabes unis"));
}

TEST_CASE("Card page: a prefilled country stays selected", "[payments]") {
  for (const auto& [code, label] :
       {std::pair("HK", "Hong Kong*"), std::pair("CI", "Côte d’Ivoire*"),
        std::pair("AE", "United Arab Emirates*")}) {
    auto labels = Countries("en", code);
    CHECK(Has(labels, label));
    CHECK(Has(labels, "Canada"));
  }
  CHECK(Has(Countries("en", "ZZ"), "Canada*"));
}

TEST_CASE("Card page: a prefilled postal code in Canada selects its province", "[payments]") {
  pages::Renderer renderer(PageBundle(), pages::DefaultBrand());
  auto selects = [&](const char* country, const char* postcode, const char* province) {
    CheckedCard shown;
    shown.payer.country = country;
    shown.payer.postcode = postcode;
    std::string html = renderer.Render(CardPage({"en", "csrf"}, Payment(), shown)).data();
    return html.find("value=\"" + std::string(province) + "\" selected") != std::string::npos;
  };
  CHECK(selects("CA", "P3C 1S8", "ON"));
  CHECK(selects("", "h2x1y4", "QC"));
  CHECK_FALSE(selects("CA", "X0A 0H0", "NU"));
  CHECK_FALSE(selects("GB", "L1 8JQ", "ON"));
  CHECK_FALSE(selects("US", "P3C 1S8", "ON"));
}

TEST_CASE("Card page: no field has a length at which it is cut", "[payments]") {
  pages::Renderer renderer(PageBundle(), pages::DefaultBrand());
  std::string html = renderer.Render(CardPage({"en", "csrf"}, Payment(), CheckedCard())).data();
  CHECK(html.find("maxlength") == std::string::npos);
}

}  // namespace tamarack::payments
