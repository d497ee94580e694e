// Standard Webhooks signatures (standardwebhooks.com, symmetric scheme v1).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::webhooks {

// A new secret, `whsec_` and base64 of 32 random bytes: given to the subscriber once.
std::string NewSecret();

// `v1,` and base64 of HMAC-SHA256(secret, "{id}.{timestamp}.{body}"): the webhook-signature header.
// INVALID_ARGUMENT unless `secret` is base64 of 24 to 64 bytes, with or without `whsec_`.
absl::StatusOr<std::string> Sign(std::string_view secret, std::string_view id,
                                 int64_t timestamp_seconds, std::string_view body);

// The three headers of a received webhook.
struct SignatureHeaders {
  std::string_view id;
  std::string_view timestamp;
  std::string_view signature;
};

// OK when one of the space-separated v1 signatures is right and the timestamp is within 5 minutes
// of `now_seconds`; else UNAUTHENTICATED.
absl::Status Verify(std::string_view secret, const SignatureHeaders& headers, std::string_view body,
                    int64_t now_seconds);

}  // namespace tamarack::webhooks
