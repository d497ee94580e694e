#include "services/identity/api_keys/api_key_rules.h"

#include "platform/base/status.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/timestamp.h"

namespace tamarack::identity {

std::set<std::string, std::less<>> ScopesOfKind(std::string_view kind) {
  if (kind == "pay") return {"payments.read", "payments.write"};
  return {"notify.read", "notify.send"};
}

absl::Status CheckNewApiKey(const v1::CreateApiKeyRequest& request, TimePoint now) {
  if (request.kind() == "pay" && request.key_type() == "team")
    return rpc::InvalidField("key_type", "must be live or test for pay");
  const auto allowed = ScopesOfKind(request.kind());
  for (const std::string& scope : request.scopes()) {
    if (!allowed.contains(scope))
      return rpc::InvalidField("scopes", "must be among those of the key's kind");
  }
  if (request.has_expire_time() && rpc::FromTimestamp(request.expire_time()) <= now)
    return rpc::InvalidField("expire_time", "must be in the future");
  return absl::OkStatus();
}

absl::Status CheckRotation(const v1::RotateApiKeyRequest& request, TimePoint now) {
  if (request.has_previous_secret_expire_time() &&
      rpc::FromTimestamp(request.previous_secret_expire_time()) <= now)
    return rpc::InvalidField("previous_secret_expire_time", "must be in the future");
  return absl::OkStatus();
}

}  // namespace tamarack::identity
