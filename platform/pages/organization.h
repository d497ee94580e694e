#pragma once

#include <string>
#include <string_view>

namespace tamarack::pages {

// An organization's name inside a sentence that says to whom something goes: after "with" in
// English ("the Ministry of Transportation"), in place of "à …" in French ("au ministère des
// Transports", "à la Commission des droits", "à l’Office des affaires francophones"). A name whose
// first (in English also last) word is no known kind of organization stands without an article, as
// "ServiceOntario" does.
std::string RecipientName(std::string_view name, std::string_view language);

}  // namespace tamarack::pages
