#pragma once

#include <string>
#include <string_view>

namespace tamarack::text {

// What is left of an address as it was typed or pasted: without white space and zero-width spaces
// around it, in NFC, its domain in the one form that stands for all its spellings (UTS 46,
// nontransitional: lower case, letters instead of `xn--`, nothing invisible), so that one mailbox
// is one address. What IDNA 2008 tells apart (ß and ss, ς and σ, joiners) stays apart. The local
// part keeps its case: only its owner's server knows whether case counts (RFC 5321 2.4). Tidying
// twice changes nothing.
std::string TidyEmailAddress(std::string_view typed);

// Whether mail can be sent to `address` as it stands (tidied before, if a person typed it): RFC
// 5321 section 4.1.2 without quoted local parts, comments and address literals, which no form of
// ours mails to; a domain of two labels or more, none above 63 octets in the form that DNS is asked
// for; 64 octets before the @, 254 in all in that form. Domains may be international (IDNA 2008),
// local parts are ASCII: our relays promise no SMTPUTF8.
bool IsEmailAddress(std::string_view address);

// `address` with its domain as DNS and relays know it (`m@xn--qubec-csa.example`), for SMTP without
// SMTPUTF8; as it is when its domain cannot be one.
std::string AsciiEmailAddress(std::string_view address);

}  // namespace tamarack::text
