#pragma once

#include <span>
#include <string_view>

namespace tamarack::text {

// A language that somebody asks for (RFC 4647 section 2.1) and how much, 0 to 1; 0 refuses it.
struct LanguageRange {
  std::string_view tag;
  double weight = 1;
};

// "en" or "fr", whichever is asked for first: the lookup of RFC 4647 section 3.4, the heaviest
// range first and equal ones in their order. `FR-CA` asks for French, `frr` (North Frisian) for
// neither,
// `*` for no language in particular. Where neither is asked for but one is refused it is the other;
// else it is empty and the caller's own choice stands.
//
// `ui_locales` (OpenID Connect) is such a list without weights, `Accept-Language` one with them.
std::string_view PreferredLanguage(std::span<const LanguageRange> ranges);

}  // namespace tamarack::text
