// Which passwords and email addresses are accepted. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::identity {

// NIST SP 800-63B-4 section 3.1.1.2: at least 15 characters where the password is the only factor,
// no rules of composition, and a list of passwords that everybody tries first.
inline constexpr size_t kPasswordLengthMin = 15;

enum class PasswordFault { kNone, kShort, kCommon };

// `email` and `name` may not make up the password.
PasswordFault CheckPassword(std::string_view password, std::string_view email,
                            std::string_view name);

// Without surrounding space and in lower case, as addresses are compared.
std::string NormalizeEmail(std::string_view email);
// Takes a normalised address: one @, a domain with a dot or `localhost`, at most 254 octets,
// nothing unprintable.
bool IsEmail(std::string_view email);

}  // namespace tamarack::identity
