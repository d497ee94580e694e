#include "services/identity/api_keys/api_key_format.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/random.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr std::string_view kPrefix = "api_";
constexpr size_t kRandomBytes = 52;  // 84 characters
constexpr size_t kLength = kPrefix.size() + 84;

}  // namespace

std::string NewPayKey() {
  return absl::StrCat(ToAbsl(kPrefix), crypto::Base32HexEncode(crypto::RandomBytes(kRandomBytes)));
}

bool LooksLikePayKey(std::string_view bearer) {
  return bearer.size() == kLength && bearer.starts_with(kPrefix) &&
         std::all_of(bearer.begin() + kPrefix.size(), bearer.end(),
                     [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); });
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
