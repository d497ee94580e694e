// How API keys look: GOV.UK Pay's bearer keys and GOV.UK Notify's HMAC keys. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::identity {

// GOV.UK Pay: a random token and 32 characters of checksum, lower-case base32hex of
// HMAC-SHA1(secret, token). The checksum lets a mistyped key be refused without asking the
// database; it proves nothing.
std::string NewPayKey(std::string_view checksum_secret);
bool HasPayChecksum(std::string_view key, std::string_view checksum_secret);

// GOV.UK Notify: `{name}-{service id}-{secret}`, both UUIDs; clients cut it from the right.
// The secret is a random UUID (version 4): our ids are time-ordered and would be easier to guess.
std::string NewNotifySecret();
std::string FormatNotifyKey(std::string_view name, std::string_view service_id,
                            std::string_view secret);

}  // namespace tamarack::identity
