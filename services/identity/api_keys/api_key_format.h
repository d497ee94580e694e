// How API keys look: GOV.UK Pay's bearer keys and GOV.UK Notify's HMAC keys. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::identity {

// GOV.UK Pay's form: `api_` and 84 lower-case letters and digits, here all of them random.
std::string NewPayKey();
bool LooksLikePayKey(std::string_view bearer);

// GOV.UK Notify: `{name}-{service id}-{secret}`, both UUIDs; clients cut it from the right.
// The secret is a random UUID (version 4): our ids are time-ordered and would be easier to guess.
std::string NewNotifySecret();
std::string FormatNotifyKey(std::string_view name, std::string_view service_id,
                            std::string_view secret);

}  // namespace tamarack::identity
