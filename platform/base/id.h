#pragma once

#include <string>
#include <string_view>

namespace tamarack {

// A new UUIDv7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then random, so that ids made
// later sort later. Lower-case with dashes, 36 characters.
std::string NewUuid();

// A new UUIDv4: tells nothing of when it was made, so that ids of one moment cannot be matched.
std::string NewRandomUuid();

// True for the 36-character text form of any UUID, upper or lower case.
bool IsUuid(std::string_view text);

// 26 characters of base32hex (`0-9a-v`): 130 random bits. The shape of GOV.UK Pay's ids.
std::string NewShortId();

}  // namespace tamarack
