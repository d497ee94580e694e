#pragma once

#include <cstddef>
#include <string_view>

// Payment card numbers (ISO/IEC 7812): whose they are, and whether a text holds one. Pure
// functions.
namespace tamarack::payments {

// Of any network.
inline constexpr size_t kCardDigitsMin = 12;
inline constexpr size_t kCardDigitsMax = 19;

// The network that issues numbers beginning like these digits: "visa", "master-card",
// "american-express", … as GOV.UK Pay names them; "" when none does.
std::string_view BrandOf(std::string_view digits);

// Whether the network issues numbers of so many digits.
bool HasLengthOfBrand(std::string_view digits);

// Luhn (ISO/IEC 7812-1 annex B).
bool HasCheckDigit(std::string_view digits);

// Digits with a network's prefix, one of its lengths and the check digit.
bool IsCardNumber(std::string_view digits);

// Whether somebody typed a card number into a text that is none: digits of any script that stand
// together or are grouped as on cards. Numbers parted by words are no card number, however their
// digits add up.
bool HoldsCardNumber(std::string_view text);

// Whether a text is nothing but 3 or 4 digits of any script, however parted: a security code that
// was typed into the wrong field, where words are meant.
bool IsSecurityCode(std::string_view text);

}  // namespace tamarack::payments
