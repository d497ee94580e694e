#include "services/identity/exchange/notify_key_token.h"

#include "platform/base/id.h"
#include "platform/base/status.h"
#include "platform/crypto/jws.h"
#include "platform/json/strict.h"
#include "platform/rpc/errors.h"

#include <absl/strings/str_cat.h>
#include <boost/json/array.hpp>

#include <cstdlib>

namespace tamarack::identity {
namespace {

namespace json = boost::json;
constexpr int64_t kClockSkewSeconds = 30;

}  // namespace

absl::Status NotifyTokenError(std::string_view message) {
  json::string text(message.data(), message.size());
  return rpc::WithHttp(
      absl::UnauthenticatedError(ToAbsl(message)), 403,
      {{"status_code", 403}, {"errors", json::array{{{"error", "AuthError"}, {"message", text}}}}});
}

bool LooksLikeNotifyToken(std::string_view bearer) {
  auto token = crypto::PeekJws(bearer);
  return token.ok() && StringMember(token->header, "alg") != "ES256";
}

bool LooksLikeNotifyKey(std::string_view bearer) {
  constexpr size_t kUuid = 36;
  constexpr size_t kTail = kUuid + 1 + kUuid;  // {service id}-{secret}
  if (bearer.size() < kTail) return false;
  bearer.remove_prefix(bearer.size() - kTail);
  return IsUuid(bearer.substr(0, kUuid)) && bearer[kUuid] == '-' &&
         IsUuid(bearer.substr(kUuid + 1));
}

absl::StatusOr<std::string> ServiceOfNotifyToken(std::string_view bearer) {
  auto token = crypto::PeekJws(bearer);
  if (!token.ok())
    return NotifyTokenError(
        "Invalid token: make sure your API token matches the example in the guide");
  if (StringMember(token->header, "alg") != "HS256") {
    return NotifyTokenError("Invalid token: algorithm used is not HS256");
  }
  if (!token->claims.contains("iss"))
    return NotifyTokenError("Invalid token: iss field not provided");
  std::string_view service_id = StringMember(token->claims, "iss");
  if (!IsUuid(service_id))
    return NotifyTokenError("Invalid token: service id is not the right data type");
  return std::string(service_id);
}

absl::StatusOr<ApiKey> VerifyNotifyToken(std::string_view bearer, const std::vector<ApiKey>& keys,
                                         int64_t now_seconds) {
  if (keys.empty()) return NotifyTokenError("Invalid token: service has no API keys");
  for (const auto& candidate : keys) {
    auto key = crypto::Key::FromSecret(candidate.secret);
    if (!key.ok()) continue;
    auto token = crypto::VerifyJws(bearer, crypto::KeySet({*key}), {crypto::Algorithm::kHs256, ""});
    if (!token.ok()) continue;
    auto issued_at = crypto::NumericDate(token->claims, "iat");
    if (!issued_at || std::abs(*issued_at - now_seconds) > kClockSkewSeconds) {
      return NotifyTokenError("Error: Your system clock must be accurate to within 30 seconds");
    }
    auto limits = crypto::CheckLimits(token->claims, now_seconds, kClockSkewSeconds);
    if (!limits.ok()) return NotifyTokenError(absl::StrCat("Invalid token: ", limits.message()));
    if (candidate.is_revoked) return NotifyTokenError("Invalid token: API key revoked");
    return candidate;
  }
  return NotifyTokenError("Invalid token: API key not found");
}

}  // namespace tamarack::identity
