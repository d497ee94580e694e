#include "platform/text/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace tamarack::text {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;

// The code point at `position`, which moves behind it. ICU counts in 32 bits: no text of ours
// reaches 2 GiB.
UChar32 Next(std::string_view text, size_t& position) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto length = static_cast<std::int32_t>(text.size());
  auto at = static_cast<std::int32_t>(position);
  UChar32 c = 0;
  U8_NEXT(bytes, at, length, c);
  position = static_cast<size_t>(at);
  return c < 0 ? kReplacement : c;
}

// The code point that ends at `position`, which moves before it.
UChar32 Previous(std::string_view text, size_t& position) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  auto at = static_cast<std::int32_t>(position);
  UChar32 c = 0;
  U8_PREV(bytes, 0, at, c);
  position = static_cast<size_t>(at);
  return c < 0 ? kReplacement : c;
}

bool IsSpace(UChar32 c) {
  constexpr UChar32 kZeroWidth[] = {0x200B, 0x2060, 0xFEFF};
  for (UChar32 zero_width : kZeroWidth) {
    if (c == zero_width) return true;
  }
  return u_hasBinaryProperty(c, UCHAR_WHITE_SPACE) != 0;
}

bool IsInvisible(UChar32 c) {
  constexpr UChar32 kBlankBraille = 0x2800;
  return c == kBlankBraille || IsSpace(c) || u_charType(c) == U_CONTROL_CHAR ||
         u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

// What comes along at the ends of a copied text: spaces and controls of direction.
bool IsWrapping(UChar32 c) {
  return IsSpace(c) || u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0;
}

// The decimal digits of `text`, of any script, as ASCII ones; the rest is kept or left out.
std::string Digits(std::string_view text, bool keeps_rest) {
  std::string result;
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    std::int32_t digit = u_charDigitValue(Next(text, position));
    if (digit >= 0) {
      result += static_cast<char>('0' + digit);
    } else if (keeps_rest) {
      result += text.substr(begin, position - begin);
    }
  }
  return result;
}

}  // namespace

bool IsBlank(std::string_view text) {
  for (size_t position = 0; position < text.size();) {
    if (!IsInvisible(Next(text, position))) return false;
  }
  return true;
}

std::string_view Trim(std::string_view text) {
  size_t begin = 0;
  for (size_t next = 0; begin < text.size() && IsWrapping(Next(text, next));) begin = next;
  size_t end = text.size();
  for (size_t before = end; end > begin && IsWrapping(Previous(text, before));) end = before;
  return text.substr(begin, end - begin);
}

std::string FoldSpaces(std::string_view text) {
  text = Trim(text);
  std::string folded;
  bool is_in_space = false;
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    bool is_space = IsSpace(Next(text, position));
    if (!is_space) {
      folded += text.substr(begin, position - begin);
    } else if (!is_in_space) {
      folded += ' ';
    }
    is_in_space = is_space;
  }
  return folded;
}

size_t CountCharacters(std::string_view typed) {
  const std::string text = Nfc(typed);
  size_t count = 0;
  for (size_t position = 0; position < text.size(); ++count) Next(text, position);
  return count;
}

std::string_view FirstCharacters(std::string_view text, size_t characters_max) {
  size_t position = 0;
  for (size_t count = 0; count < characters_max && position < text.size(); ++count) {
    Next(text, position);
  }
  return text.substr(0, position);
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    bool is_replaced = Next(text, position) == kReplacement;
    valid += is_replaced ? "\uFFFD" : text.substr(begin, position - begin);
  }
  return valid;
}

std::string Nfc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(error);
  std::string result;
  icu::StringByteSink<std::string> sink(&result);
  if (U_SUCCESS(error)) {
    icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
    normalizer->normalizeUTF8(0, piece, sink, nullptr, error);
  }
  return U_SUCCESS(error) ? result : std::string(text);
}

std::string TidyLine(std::string_view typed) {
  return IsBlank(typed) ? std::string() : Nfc(FoldSpaces(typed));
}

std::string CaseFolded(std::string_view text) {
  icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  std::string folded;
  icu::UnicodeString::fromUTF8(piece).foldCase().toUTF8String(folded);
  return Nfc(folded);
}

std::string OpaqueString(std::string_view typed) {
  std::string mapped;
  for (size_t position = 0; position < typed.size();) {
    size_t begin = position;
    if (u_charType(Next(typed, position)) == U_SPACE_SEPARATOR) {
      mapped += ' ';
    } else {
      mapped += typed.substr(begin, position - begin);
    }
  }
  return Nfc(mapped);
}

std::string DigitsIn(std::string_view text) {
  return Digits(text, false);
}

std::string AsciiDigits(std::string_view text) {
  return Digits(text, true);
}

bool HasControlCharacter(std::string_view text) {
  for (size_t position = 0; position < text.size();) {
    UChar32 c = Next(text, position);
    std::int8_t category = u_charType(c);
    if (category == U_CONTROL_CHAR || category == U_LINE_SEPARATOR ||
        category == U_PARAGRAPH_SEPARATOR || u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0) {
      return true;
    }
  }
  return false;
}

}  // namespace tamarack::text
