#include "services/identity/protocol/pkce.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr size_t kVerifierLengthMin = 43;
constexpr size_t kVerifierLengthMax = 128;

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

}  // namespace

bool IsCodeChallenge(std::string_view challenge) {
  auto bytes = crypto::Base64UrlDecode(challenge);
  return bytes.ok() && bytes->size() == 32;
}

bool VerifyCodeVerifier(std::string_view verifier, std::string_view challenge) {
  if (verifier.size() < kVerifierLengthMin || verifier.size() > kVerifierLengthMax) return false;
  if (!std::all_of(verifier.begin(), verifier.end(), IsUnreserved)) return false;
  return crypto::ConstantTimeEqual(crypto::Base64UrlEncode(crypto::Sha256(verifier)), challenge);
}

}  // namespace tamarack::identity
