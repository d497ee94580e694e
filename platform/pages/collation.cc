#include "platform/pages/collation.h"

#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/stringpiece.h>

#include <cstdint>

namespace tamarack::pages {
namespace {

// Never destroyed, and used through const methods only, which ICU lets threads share.
const icu::Collator* MakeCollator(const icu::Locale& locale) {
  UErrorCode error = U_ZERO_ERROR;
  return icu::Collator::createInstance(locale, error);
}

icu::StringPiece Piece(std::string_view text) {
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

}  // namespace

bool SortsBefore(std::string_view language, std::string_view text, std::string_view other) {
  static const icu::Collator* const kEnglish = MakeCollator(icu::Locale::getCanada());
  static const icu::Collator* const kFrench = MakeCollator(icu::Locale::getCanadaFrench());
  const icu::Collator* collator = language == "fr" ? kFrench : kEnglish;
  if (collator == nullptr) return text < other;
  UErrorCode error = U_ZERO_ERROR;
  return collator->compareUTF8(Piece(text), Piece(other), error) == UCOL_LESS;
}

}  // namespace tamarack::pages
