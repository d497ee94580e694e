// Random bytes from the operating system's generator, through libsodium.
#pragma once

#include <cstddef>
#include <string>

namespace tamarack::crypto {

// `count` unpredictable bytes.
std::string RandomBytes(size_t count);

// A URL-safe secret of `bytes` random bytes, base64url: session ids, codes, client secrets.
std::string RandomToken(size_t bytes = 32);

// `digits` decimal digits, uniform: the code in a confirmation email.
std::string RandomDigits(size_t digits);

}  // namespace tamarack::crypto
