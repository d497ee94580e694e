#include "platform/webhooks/signature.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

namespace tamarack::webhooks {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr absl::string_view kScheme = "v1,";
constexpr int64_t kToleranceSeconds = 300;

absl::StatusOr<std::string> SecretBytes(std::string_view secret) {
  if (secret.starts_with(kSecretPrefix)) secret.remove_prefix(kSecretPrefix.size());
  absl::StatusOr<std::string> bytes = crypto::Base64Decode(secret);
  if (!bytes.ok() || bytes->size() < 24 || bytes->size() > 64) {
    return absl::InvalidArgumentError("webhook secret: want whsec_ and base64 of 24 to 64 bytes");
  }
  return bytes;
}

std::string Mac(std::string_view key, std::string_view id, std::string_view timestamp,
                std::string_view body) {
  return crypto::HmacSha256(key,
                            absl::StrCat(ToAbsl(id), ".", ToAbsl(timestamp), ".", ToAbsl(body)));
}

}  // namespace

std::string NewSecret() {
  return std::string(kSecretPrefix) + crypto::Base64Encode(crypto::RandomBytes(32));
}

absl::StatusOr<std::string> Sign(std::string_view secret, std::string_view id,
                                 int64_t timestamp_seconds, std::string_view body) {
  absl::StatusOr<std::string> key = SecretBytes(secret);
  if (!key.ok()) return key.status();
  // With a full stop in it, another id and body could have the same signature.
  if (id.empty() || id.find('.') != std::string_view::npos) {
    return absl::InvalidArgumentError("webhook id: may not be empty or hold a full stop");
  }
  std::string mac = Mac(*key, id, std::to_string(timestamp_seconds), body);
  return absl::StrCat(kScheme, crypto::Base64Encode(mac));
}

absl::Status Verify(std::string_view secret, const SignatureHeaders& headers, std::string_view body,
                    int64_t now_seconds) {
  absl::StatusOr<std::string> key = SecretBytes(secret);
  if (!key.ok()) return key.status();
  int64_t timestamp = 0;
  if (headers.id.empty() || !absl::SimpleAtoi(ToAbsl(headers.timestamp), &timestamp)) {
    return absl::UnauthenticatedError("webhook: id or timestamp missing or malformed");
  }
  if (timestamp < now_seconds - kToleranceSeconds || timestamp > now_seconds + kToleranceSeconds) {
    return absl::UnauthenticatedError("webhook: sent too long ago or in the future");
  }
  std::string expected = crypto::Base64Encode(Mac(*key, headers.id, headers.timestamp, body));
  for (absl::string_view signature : absl::StrSplit(ToAbsl(headers.signature), ' ')) {
    if (absl::ConsumePrefix(&signature, kScheme) &&
        crypto::ConstantTimeEqual(ToStd(signature), expected)) {
      return absl::OkStatus();
    }
  }
  return absl::UnauthenticatedError("webhook: no right signature");
}

}  // namespace tamarack::webhooks
