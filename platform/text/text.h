// platform/text: what a piece of text is to the person who typed it, by Unicode's own tables (ICU).
//
// All functions take any bytes: what is no UTF-8 counts as U+FFFD and never ends a process. None of
// them depends on a language; what does is in platform/pages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tamarack::text {

// Whether nobody would see anything: empty, or White_Space, Default_Ignorable_Code_Point and
// control characters only (U+0020, U+00A0, U+3000, U+200B, U+3164, U+0001 …), and U+2800, an empty
// braille cell.
bool IsBlank(std::string_view text);

// Without White_Space, zero-width spaces (U+200B, U+2060, U+FEFF) and controls of direction at both
// ends: what comes along when text is copied. Joiners and variation selectors stay, since they
// belong to what is before them.
std::string_view Trim(std::string_view text);

// Trimmed, and every run of white space or zero-width spaces within made one space.
std::string FoldSpaces(std::string_view text);

// A line that a person typed, as it is stored and compared: folded, in NFC, and "" when nobody
// would see anything. Where others read it, HasControlCharacter tells what must be refused.
std::string TidyLine(std::string_view typed);

// Length in characters, as `max_len` of a field's rules promises people: the code points of the
// text's NFC, so that it is the same however accents are composed.
size_t CountCharacters(std::string_view text);

// The first `characters_max` code points.
std::string_view FirstCharacters(std::string_view text, size_t characters_max);

// `text` with U+FFFD for whatever is no UTF-8.
std::string ValidUtf8(std::string_view text);

// Unicode Normalization Form C (UAX #15).
std::string Nfc(std::string_view text);

// `text` without regard to upper and lower case, in NFC: equal for what people take for one name.
std::string CaseFolded(std::string_view text);

// A password as it is compared, however its keyboard composes accents: NFC, with every space that
// is none of ASCII's made U+0020 (RFC 8265 OpaqueString).
std::string OpaqueString(std::string_view typed);

// The decimal digits in `text` as ASCII, whatever script they are of (`４２` and `٤٢` are 42); the
// rest is left out.
std::string DigitsIn(std::string_view text);

// `text` with its decimal digits of any script as ASCII ones; the rest stays.
std::string AsciiDigits(std::string_view text);

// Whether it holds a control character (Cc), a bidirectional control, or a line or paragraph
// separator: what can change how the text around it is read.
bool HasControlCharacter(std::string_view text);

}  // namespace tamarack::text
