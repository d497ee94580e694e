// Which passwords are accepted. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace tamarack::identity {

// NIST SP 800-63B-4 section 3.1.1.2: at least 15 characters where the password is the only factor,
// no rules of composition, and none that is commonly used, expected or known to have leaked. At
// that length those are made of parts that everybody tries: common words (common_passwords.h) with
// digits behind, rows of keys, numbers in order, repetitions, one's own name and address. Counted
// in the normal form, in which passwords are hashed.
inline constexpr size_t kPasswordLengthMin = 15;
inline constexpr size_t kPasswordLengthMax = 256;

enum class PasswordFault { kNone, kShort, kLong, kCommon };

// `name` is the person's whole name.
PasswordFault CheckPassword(std::string_view typed, std::string_view email, std::string_view name);

}  // namespace tamarack::identity
