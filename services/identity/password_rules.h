// Which passwords are accepted. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace tamarack::identity {

// NIST SP 800-63B-4 section 3.1.1.2: at least 15 characters where the password is the only factor,
// no rules of composition, and a list of passwords that everybody tries first. Counted in the
// normal form, in which passwords are hashed.
inline constexpr size_t kPasswordLengthMin = 15;
inline constexpr size_t kPasswordLengthMax = 256;

enum class PasswordFault { kNone, kShort, kLong, kCommon };

// `email` and `name` may not make up the password.
PasswordFault CheckPassword(std::string_view typed, std::string_view email, std::string_view name);

}  // namespace tamarack::identity
