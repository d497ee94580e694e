// The table `api_key`.
#pragma once

#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "services/identity/keys/keyring.h"

#include "tamarack/identity/v1/admin_service.pb.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

struct ApiKey {
  std::string id;
  std::string service_id;
  std::string ministry_id;
  std::string kind;      // "pay" or "notify"
  std::string key_type;  // "live", "team" or "test"
  std::set<std::string, std::less<>> scopes;
  std::string secret;             // of kind notify: the HMAC key
  bool is_revoked = false;        // or has ended by itself
  std::optional<TimePoint> ends;  // of the key, or before it of the previous secret that was shown
};

// What the table `api_key` holds of the keyring's.
std::vector<keys::KeyedColumn> ApiKeyColumns(const Keyring& keyring);

class ApiKeyRepository {
 public:
  ApiKeyRepository(pg::Pool& pool, const Keyring& keyring) : pool_(pool), keyring_(keyring) {}

  // `secret`: for pay the whole key, kept as a hash; for notify its HMAC part, kept sealed.
  // INVALID_ARGUMENT at `service_id` when there is no such service.
  Async<v1::ApiKey> Insert(pg::Tx& tx, const v1::CreateApiKeyRequest& request,
                           std::string_view secret);
  Async<std::vector<v1::ApiKey>> List(std::string_view service_id);
  Async<v1::ApiKey> Get(std::string_view api_key_id);
  // `secret` as for Insert. The present one becomes the previous one, good until then. NOT_FOUND
  // for a key that does not exist or has ended.
  Async<v1::ApiKey> Rotate(pg::Tx& tx, const v1::ApiKey& key, std::string_view secret,
                           TimePoint previous_expires);
  Async<v1::ApiKey> Revoke(std::string_view api_key_id);

  // By its present secret or the previous one. NOT_FOUND for a key that does not exist or has
  // ended.
  Async<ApiKey> FindPayKey(std::string_view key);
  // All keys for notifications of the service, once for each secret, those that have ended too; one
  // that cannot be read is reported and left out.
  // NOT_FOUND when there is no such service.
  Async<std::vector<ApiKey>> FindNotifyKeys(std::string_view service_id);
  // Notes the use; at most one write a minute and key.
  AsyncStatus MarkUsed(std::string_view api_key_id);

 private:
  // What is kept of a secret: a hash, or the sealed text.
  struct Kept {
    std::optional<std::string> sha256;
    std::optional<std::string> sealed;
  };
  Kept Keep(std::string_view kind, std::string_view api_key_id, std::string_view secret) const;

  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
