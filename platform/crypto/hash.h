// Digests, message authentication and comparison in constant time.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::crypto {

// FIPS 180-4. 32 raw bytes.
std::string Sha256(std::string_view data);

// Lower-case hex of Sha256: what is stored instead of a bearer secret.
std::string Sha256Hex(std::string_view data);

// RFC 2104 with SHA-256. 32 raw bytes.
std::string HmacSha256(std::string_view key, std::string_view data);

// RFC 5869 (HKDF-SHA256, no salt): 32 bytes of key for one purpose out of `secret`, such as
// DeriveKey(secret, "webhooks.seal"). Keys of different purposes tell nothing of each other.
// Services take theirs from a Keyring.
std::string DeriveKey(std::string_view secret, std::string_view purpose);

// Compares without telling by its duration where the difference is. Lengths are not secret.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace tamarack::crypto
