// Proof Key for Code Exchange (RFC 7636), S256 only. Pure functions.
#pragma once

#include <string_view>

namespace tamarack::identity {

// 43 characters of base64url: nothing else is a SHA-256.
bool IsCodeChallenge(std::string_view challenge);

// 43 to 128 unreserved characters whose hash is the challenge.
bool VerifyCodeVerifier(std::string_view verifier, std::string_view challenge);

}  // namespace tamarack::identity
