#include "platform/text/email_address.h"

#include "platform/base/status.h"
#include "platform/text/text.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_replace.h>

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

namespace tamarack::text {
namespace {

constexpr size_t kAddressOctetsMax = 254;  // RFC 5321 4.5.3.1.3: a path of 256 with its brackets
constexpr size_t kLocalPartOctetsMax = 64;
constexpr size_t kDomainOctetsMax = 253;

// RFC 5322 3.2.3.
bool IsAtom(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool IsDotAtom(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), IsAtom);
}

const icu::IDNA* Idna() {
  static const icu::IDNA* const kIdna = [] {
    UErrorCode error = U_ZERO_ERROR;
    // Not transitional: `faß.de` and `fass.de` are two people's domains.
    return icu::IDNA::createUTS46Instance(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO |
            UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        error);
  }();
  return kIdna;
}

using Mapping = void (icu::IDNA::*)(icu::StringPiece, icu::ByteSink&, icu::IDNAInfo&,
                                    UErrorCode&) const;

// The domain in one of the two forms of UTS 46, or nothing when it cannot be one.
std::optional<std::string> Mapped(std::string_view domain, Mapping mapping) {
  if (domain.size() > 4 * kDomainOctetsMax || Idna() == nullptr) return std::nullopt;
  std::string mapped;
  icu::StringByteSink<std::string> sink(&mapped);
  icu::IDNAInfo info;
  UErrorCode error = U_ZERO_ERROR;
  // Capital sharp s is a sharp s since Unicode 15.1, `ss` in the tables of an older ICU.
  std::string spelled = absl::StrReplaceAll(ToAbsl(domain), {{"\u1e9e", "\u00df"}});
  icu::StringPiece piece(spelled.data(), static_cast<std::int32_t>(spelled.size()));
  (Idna()->*mapping)(piece, sink, info, error);
  if (U_FAILURE(error) || info.hasErrors()) return std::nullopt;
  return mapped;
}

// As DNS is asked for it.
std::optional<std::string> DomainInAscii(std::string_view domain) {
  return Mapped(domain, &icu::IDNA::nameToASCII_UTF8);
}

// Whether IDNA 2008 has the character in names, where UTS 46 has symbols and punctuation, too: the
// property of RFC 5892 section 3, of characters that are stable since UTS 46 mapped them.
bool IsInNames(UChar32 c) {
  // Section 2.6, as far as it differs from the rest; what needs a context ICU has checked.
  constexpr std::u32string_view kExceptions =
      U"-.\u200C\u200D\u00B7\u0375\u05F3\u05F4\u30FB"
      U"\u06FD\u06FE\u0F0B\u3007";
  constexpr std::u32string_view kDisallowed =
      U"\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B";
  if (kExceptions.find(static_cast<char32_t>(c)) != std::u32string_view::npos) return true;
  if (kDisallowed.find(static_cast<char32_t>(c)) != std::u32string_view::npos) return false;
  constexpr std::uint32_t kLetterDigits = U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK |
                                          U_GC_ND_MASK | U_GC_LM_MASK | U_GC_MN_MASK | U_GC_MC_MASK;
  if ((U_MASK(u_charType(c)) & kLetterDigits) == 0) return false;
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
  int block = ublock_getCode(c);
  if (block == UBLOCK_COMBINING_MARKS_FOR_SYMBOLS || block == UBLOCK_MUSICAL_SYMBOLS ||
      block == UBLOCK_ANCIENT_GREEK_MUSICAL_NOTATION) {
    return false;
  }
  int hangul = u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);
  return hangul != U_HST_LEADING_JAMO && hangul != U_HST_VOWEL_JAMO &&
         hangul != U_HST_TRAILING_JAMO;
}

bool HasOnlyNames(std::string_view domain) {
  std::optional<std::string> shown = Mapped(domain, &icu::IDNA::nameToUnicodeUTF8);
  if (!shown) return false;
  icu::UnicodeString characters = icu::UnicodeString::fromUTF8(*shown);
  for (int i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    if (!IsInNames(characters.char32At(i))) return false;
  }
  return true;
}

bool IsDomain(std::string_view domain) {
  std::optional<std::string> ascii = DomainInAscii(domain);
  if (!ascii || ascii->size() > kDomainOctetsMax || !HasOnlyNames(domain)) return false;
  size_t last_dot = ascii->rfind('.');
  if (last_dot == std::string::npos) return false;
  // A last label of digits only makes an IPv4 address of it, which is no domain (RFC 1123 2.1).
  std::string_view last = std::string_view(*ascii).substr(last_dot + 1);
  return last.size() >= 2 &&
         !std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string TidyEmailAddress(std::string_view typed) {
  std::string address = Nfc(Trim(typed));
  size_t at = address.rfind('@');
  if (at == std::string::npos) return address;
  std::string domain = address.substr(at + 1);
  std::optional<std::string> shown = Mapped(domain, &icu::IDNA::nameToUnicodeUTF8);
  return address.substr(0, at + 1) + (shown ? *shown : absl::AsciiStrToLower(domain));
}

bool IsEmailAddress(std::string_view address) {
  size_t at = address.rfind('@');
  if (at == std::string_view::npos || at > kLocalPartOctetsMax ||
      AsciiEmailAddress(address).size() > kAddressOctetsMax) {
    return false;
  }
  return IsDotAtom(address.substr(0, at)) && IsDomain(address.substr(at + 1));
}

std::string AsciiEmailAddress(std::string_view address) {
  size_t at = address.rfind('@');
  std::string result(address);
  if (at == std::string_view::npos) return result;
  std::optional<std::string> ascii = DomainInAscii(address.substr(at + 1));
  return ascii ? result.substr(0, at + 1) + *ascii : result;
}

}  // namespace tamarack::text
