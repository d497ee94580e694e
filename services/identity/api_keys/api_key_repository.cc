#include "services/identity/api_keys/api_key_repository.h"

#include "platform/base/id.h"
#include "platform/crypto/hash.h"
#include "platform/rpc/timestamp.h"
#include "services/identity/api_keys/api_key_rules.h"
#include "services/identity/clients/tenant_repository.h"

namespace tamarack::identity {
namespace {

#define API_KEY_COLUMNS                                                                  \
  "api_key_id, service_id, kind, key_type, name, created_at, last_used_at, revoked_at, " \
  "scopes, expires_at, previous_expires_at"
constexpr pg::Statement kInsert{"api_key.insert", R"sql(
  INSERT INTO api_key (api_key_id, service_id, kind, key_type, name, secret_sha256, secret_sealed, scopes, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING )sql" API_KEY_COLUMNS};
constexpr pg::Statement kGet{"api_key.get",
                             "SELECT " API_KEY_COLUMNS " FROM api_key WHERE api_key_id = $1"};
constexpr pg::Statement kList{"api_key.list",
                              "SELECT " API_KEY_COLUMNS
                              " FROM api_key WHERE service_id = $1 ORDER BY api_key_id"};
#define IS_ENDED(key) \
  "(" key ".revoked_at IS NOT NULL OR coalesce(" key ".expires_at <= now(), false))"
constexpr pg::Statement kRotate{"api_key.rotate", R"sql(
  UPDATE api_key k SET previous_secret_sha256 = secret_sha256, previous_secret_sealed = secret_sealed,
         previous_expires_at = least($4, expires_at), secret_sha256 = $2, secret_sealed = $3
  WHERE api_key_id = $1 AND NOT )sql" IS_ENDED("k") " RETURNING " API_KEY_COLUMNS};
constexpr pg::Statement kRevoke{"api_key.revoke", R"sql(
  UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE api_key_id = $1 RETURNING )sql" API_KEY_COLUMNS};
constexpr pg::Statement kFindPay{"api_key.find_pay", R"sql(
  SELECT k.api_key_id, k.service_id, s.ministry_id, k.kind, k.key_type, k.scopes, false,
         least(k.expires_at, CASE WHEN k.secret_sha256 = $1 THEN NULL ELSE k.previous_expires_at END)
  FROM api_key k JOIN service s USING (service_id)
  WHERE (k.secret_sha256 = $1 OR (k.previous_secret_sha256 = $1 AND k.previous_expires_at > now()))
    AND NOT )sql" IS_ENDED("k")};
// Each key has a row for its secret and one for the previous one; the service without keys gives
// one row of NULLs.
constexpr pg::Statement kFindNotify{"api_key.find_notify", R"sql(
  SELECT k.api_key_id, s.service_id, s.ministry_id, k.kind, k.key_type, k.scopes,
         )sql" IS_ENDED("k") R"sql( OR (v.is_previous AND k.previous_expires_at <= now()),
         least(k.expires_at, CASE WHEN v.is_previous THEN k.previous_expires_at END), v.sealed
  FROM service s
  LEFT JOIN api_key k ON k.service_id = s.service_id AND k.kind = 'notify'
  LEFT JOIN LATERAL (VALUES (false, k.secret_sealed), (true, k.previous_secret_sealed)) v(is_previous, sealed)
    ON v.sealed IS NOT NULL
  WHERE s.service_id = $1)sql"};
constexpr pg::Statement kMarkUsed{"api_key.mark_used", R"sql(
  UPDATE api_key SET last_used_at = now()
  WHERE api_key_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))sql"};

constexpr keys::ColumnSql kSecrets = SEALED_COLUMN("api_key", "secret_sealed", "api_key_id");
constexpr keys::ColumnSql kPreviousSecrets =
    SEALED_COLUMN("api_key", "previous_secret_sealed", "api_key_id");

std::string Place(std::string_view id) {
  return absl::StrCat("api_key/", ToAbsl(id));
}

void SetTime(const pg::Rows& rows, int row, int column, google::protobuf::Timestamp* time) {
  *time = rpc::ToTimestamp(FromUnixMicros(rows.TimeMicros(row, column)));
}

std::set<std::string, std::less<>> DecodeScopes(const pg::Rows& rows, int row, int column,
                                                std::string_view kind) {
  std::set<std::string, std::less<>> scopes;
  for (auto& scope : rows.TextArray(row, column)) scopes.insert(std::move(scope));
  return scopes.empty() ? ScopesOfKind(kind) : scopes;
}

v1::ApiKey DecodeProto(const pg::Rows& rows, int row) {
  v1::ApiKey key;
  key.set_api_key_id(std::string(rows.Text(row, 0)));
  key.set_service_id(std::string(rows.Text(row, 1)));
  key.set_kind(std::string(rows.Text(row, 2)));
  key.set_key_type(std::string(rows.Text(row, 3)));
  key.set_name(std::string(rows.Text(row, 4)));
  SetTime(rows, row, 5, key.mutable_create_time());
  if (!rows.IsNull(row, 6)) SetTime(rows, row, 6, key.mutable_last_used_time());
  if (!rows.IsNull(row, 7)) SetTime(rows, row, 7, key.mutable_revoke_time());
  for (const auto& scope : DecodeScopes(rows, row, 8, key.kind())) key.add_scopes(scope);
  if (!rows.IsNull(row, 9)) SetTime(rows, row, 9, key.mutable_expire_time());
  if (!rows.IsNull(row, 10)) SetTime(rows, row, 10, key.mutable_previous_secret_expire_time());
  return key;
}

ApiKey Decode(const pg::Rows& rows, int row) {
  return {.id = std::string(rows.Text(row, 0)),
          .service_id = std::string(rows.Text(row, 1)),
          .ministry_id = std::string(rows.Text(row, 2)),
          .kind = std::string(rows.Text(row, 3)),
          .key_type = std::string(rows.Text(row, 4)),
          .scopes = DecodeScopes(rows, row, 5, rows.Text(row, 3)),
          .secret = {},
          .is_revoked = rows.Bool(row, 6),
          .ends = rows.IsNull(row, 7) ? std::nullopt
                                      : std::optional(FromUnixMicros(rows.TimeMicros(row, 7)))};
}

}  // namespace

std::vector<keys::KeyedColumn> ApiKeyColumns(const Keyring& keyring) {
  auto place = [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); };
  return {keys::SealedColumn(kSecrets, keyring.sealer(), place),
          keys::SealedColumn(kPreviousSecrets, keyring.sealer(), place)};
}

Async<v1::ApiKey> ApiKeyRepository::Insert(pg::Tx& tx, const v1::CreateApiKeyRequest& request,
                                           std::string_view secret) {
  std::string id = NewUuid();
  Kept kept = Keep(request.kind(), id, secret);
  std::vector<std::string> scopes(request.scopes().begin(), request.scopes().end());
  std::optional<TimePoint> expires;
  if (request.has_expire_time()) expires = rpc::FromTimestamp(request.expire_time());
  auto rows =
      co_await tx.Query(kInsert, id, request.service_id(), request.kind(), request.key_type(),
                        request.name(), kept.sha256, kept.sealed, scopes, expires);
  if (rows.ok()) co_return DecodeProto(*rows, 0);
  co_return NoSuchParent(rows.status(), "service_id");
}

Async<std::vector<v1::ApiKey>> ApiKeyRepository::List(std::string_view service_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kList, service_id));
  std::vector<v1::ApiKey> keys;
  for (int row = 0; row < rows.size(); ++row) keys.push_back(DecodeProto(rows, row));
  co_return keys;
}

Async<v1::ApiKey> ApiKeyRepository::Get(std::string_view api_key_id) {
  if (!IsUuid(api_key_id)) co_return absl::NotFoundError("no such API key");
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kGet, api_key_id));
  if (rows.empty()) co_return absl::NotFoundError("no such API key");
  co_return DecodeProto(rows, 0);
}

Async<v1::ApiKey> ApiKeyRepository::Rotate(pg::Tx& tx, const v1::ApiKey& key,
                                           std::string_view secret, TimePoint previous_expires) {
  Kept kept = Keep(key.kind(), key.api_key_id(), secret);
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kRotate, key.api_key_id(), kept.sha256,
                                                   kept.sealed, previous_expires));
  if (rows.empty()) co_return absl::NotFoundError("the API key has ended");
  co_return DecodeProto(rows, 0);
}

ApiKeyRepository::Kept ApiKeyRepository::Keep(std::string_view kind, std::string_view api_key_id,
                                              std::string_view secret) const {
  if (kind == "pay") return {crypto::Sha256Hex(secret), std::nullopt};
  return {std::nullopt, keyring_.sealer().Seal(secret, Place(api_key_id))};
}

Async<v1::ApiKey> ApiKeyRepository::Revoke(std::string_view api_key_id) {
  if (!IsUuid(api_key_id)) co_return absl::NotFoundError("no such API key");
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kRevoke, api_key_id));
  if (rows.empty()) co_return absl::NotFoundError("no such API key");
  co_return DecodeProto(rows, 0);
}

Async<ApiKey> ApiKeyRepository::FindPayKey(std::string_view key) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindPay, crypto::Sha256Hex(key)));
  if (rows.empty()) co_return absl::NotFoundError("no such API key");
  co_return Decode(rows, 0);
}

Async<std::vector<ApiKey>> ApiKeyRepository::FindNotifyKeys(std::string_view service_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindNotify, service_id));
  if (rows.empty()) co_return absl::NotFoundError("no such service");
  std::vector<ApiKey> keys;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.IsNull(row, 0)) continue;
    ApiKey key = Decode(rows, row);
    auto secret = keyring_.sealer().OpenRow({"api_key", key.id}, rows.Text(row, 8), Place(key.id));
    if (!secret.ok()) continue;
    key.secret = *std::move(secret);
    keys.push_back(std::move(key));
  }
  co_return keys;
}

AsyncStatus ApiKeyRepository::MarkUsed(std::string_view api_key_id) {
  co_return (co_await pool_.Query(kMarkUsed, api_key_id)).status();
}

}  // namespace tamarack::identity
