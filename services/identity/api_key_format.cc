#include "services/identity/api_key_format.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr std::string_view kPrefix = "api_";
constexpr size_t kTokenBytes = 32;
constexpr size_t kChecksumLength = 32;

std::string Checksum(std::string_view token, std::string_view checksum_secret) {
  return crypto::Base32HexEncode(crypto::HmacSha1(checksum_secret, token));
}

}  // namespace

std::string NewPayKey(std::string_view checksum_secret) {
  std::string token =
      absl::StrCat(ToAbsl(kPrefix), crypto::Base32HexEncode(crypto::RandomBytes(kTokenBytes)));
  return absl::StrCat(token, Checksum(token, checksum_secret));
}

bool HasPayChecksum(std::string_view key, std::string_view checksum_secret) {
  if (key.size() <= kPrefix.size() + kChecksumLength || !key.starts_with(kPrefix)) return false;
  if (!std::all_of(key.begin() + kPrefix.size(), key.end(), absl::ascii_isalnum)) return false;
  std::string_view token = key.substr(0, key.size() - kChecksumLength);
  return crypto::ConstantTimeEqual(key.substr(token.size()), Checksum(token, checksum_secret));
}

std::string NewNotifySecret() {
  std::string bytes = crypto::RandomBytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string hex = crypto::HexEncode(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

std::string FormatNotifyKey(std::string_view name, std::string_view service_id,
                            std::string_view secret) {
  return absl::StrCat(ToAbsl(name), "-", ToAbsl(service_id), "-", ToAbsl(secret));
}

}  // namespace tamarack::identity
