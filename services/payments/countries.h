#pragma once

#include <string>
#include <string_view>
#include <vector>

// Countries of a billing address, by ISO 3166-1 alpha-2 code. Pure functions.
namespace tamarack::payments {

// The code of the list that `typed` is, whatever its case ("hk" is HK); "" when it is none.
std::string CountryCode(std::string_view typed);

// All codes. Pages sort them by name.
const std::vector<std::string>& CountryCodes();

// "Hong Kong", "Royaume-Uni": CLDR's names, in "en" or "fr".
std::string CountryName(std::string_view code, std::string_view language);

// Whether everybody there has a postal code. Elsewhere people may have one, or there are none.
bool NeedsPostalCode(std::string_view code);

}  // namespace tamarack::payments
