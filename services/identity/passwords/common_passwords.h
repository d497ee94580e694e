#pragma once

#include <span>
#include <string_view>

namespace tamarack::identity {

// What passwords that leak are made of, in lower case without blanks: the words that head every
// list of them, in English and French, and whole phrases that stand on such lists. Longest first.
std::span<const std::string_view> CommonPasswordWords();

// Rows that fingers follow: of keyboards (QWERTY, AZERTY, their columns), the alphabet, digits.
std::span<const std::string_view> PasswordRows();

}  // namespace tamarack::identity
