#include "services/payments/payer_text.h"

#include "platform/text/text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace tamarack::payments {
namespace {

bool IsUnseen(UChar32 c) {
  return c < 0 || u_charType(c) == U_CONTROL_CHAR ||
         u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0;
}

}  // namespace

std::string PayerLine(std::string_view typed) {
  std::string folded = text::FoldSpaces(typed);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(folded.data());
  auto length = static_cast<std::int32_t>(folded.size());
  std::string line;
  for (std::int32_t at = 0; at < length;) {
    std::int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, length, c);
    if (!IsUnseen(c))
      line.append(folded, static_cast<size_t>(begin), static_cast<size_t>(at - begin));
  }
  return text::IsBlank(line) ? "" : text::Nfc(line);
}

}  // namespace tamarack::payments
