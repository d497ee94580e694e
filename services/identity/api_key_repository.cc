#include "services/identity/api_key_repository.h"

#include "platform/base/id.h"
#include "platform/crypto/hash.h"

namespace tamarack::identity {
namespace {

#define API_KEY_COLUMNS \
  "api_key_id, service_id, kind, key_type, name, created_at, last_used_at, revoked_at"
constexpr pg::Statement kInsert{"api_key.insert", R"sql(
  INSERT INTO api_key (api_key_id, service_id, kind, key_type, name, secret_sha256, secret_sealed)
  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING )sql" API_KEY_COLUMNS};
constexpr pg::Statement kList{"api_key.list",
                              "SELECT " API_KEY_COLUMNS
                              " FROM api_key WHERE service_id = $1 ORDER BY api_key_id"};
constexpr pg::Statement kRevoke{"api_key.revoke", R"sql(
  UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE api_key_id = $1 RETURNING )sql" API_KEY_COLUMNS};
constexpr pg::Statement kFindPay{"api_key.find_pay", R"sql(
  SELECT k.api_key_id, k.service_id, s.ministry_id, k.kind, k.key_type, k.secret_sealed, k.revoked_at IS NOT NULL
  FROM api_key k JOIN service s USING (service_id) WHERE k.secret_sha256 = $1 AND k.revoked_at IS NULL)sql"};
// The service without keys gives one row of NULLs.
constexpr pg::Statement kFindNotify{"api_key.find_notify", R"sql(
  SELECT k.api_key_id, s.service_id, s.ministry_id, k.kind, k.key_type, k.secret_sealed, k.revoked_at IS NOT NULL
  FROM service s LEFT JOIN api_key k ON k.service_id = s.service_id AND k.kind = 'notify'
  WHERE s.service_id = $1)sql"};
constexpr pg::Statement kMarkUsed{"api_key.mark_used", R"sql(
  UPDATE api_key SET last_used_at = now()
  WHERE api_key_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))sql"};

std::string Place(std::string_view id) {
  return absl::StrCat("api_key/", ToAbsl(id));
}

void SetTime(const pg::Rows& rows, int row, int column, google::protobuf::Timestamp* time) {
  int64_t micros = rows.TimeMicros(row, column);
  time->set_seconds(micros / 1'000'000);
  time->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
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
  return key;
}

ApiKey Decode(const pg::Rows& rows, int row) {
  return {.id = std::string(rows.Text(row, 0)),
          .service_id = std::string(rows.Text(row, 1)),
          .ministry_id = std::string(rows.Text(row, 2)),
          .kind = std::string(rows.Text(row, 3)),
          .key_type = std::string(rows.Text(row, 4)),
          .secret = {},
          .is_revoked = rows.Bool(row, 6)};
}

}  // namespace

Async<v1::ApiKey> ApiKeyRepository::Insert(const v1::CreateApiKeyRequest& request,
                                           std::string_view secret) {
  std::string id = NewUuid();
  std::optional<std::string> hash, sealed;
  if (request.kind() == "pay") {
    hash = crypto::Sha256Hex(secret);
  } else {
    sealed = keyring_.sealer().Seal(secret, Place(id));
  }
  auto rows = co_await pool_.Query(kInsert, id, request.service_id(), request.kind(),
                                   request.key_type(), request.name(), hash, sealed);
  if (rows.ok()) co_return DecodeProto(*rows, 0);
  bool is_missing =
      absl::IsFailedPrecondition(rows.status()) || absl::IsInvalidArgument(rows.status());
  if (is_missing) co_return absl::NotFoundError("no such service");
  co_return rows.status();
}

Async<std::vector<v1::ApiKey>> ApiKeyRepository::List(std::string_view service_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kList, service_id));
  std::vector<v1::ApiKey> keys;
  for (int row = 0; row < rows.size(); ++row) keys.push_back(DecodeProto(rows, row));
  co_return keys;
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
    CO_ASSIGN_OR_RETURN(key.secret, keyring_.sealer().Open(rows.Text(row, 5), Place(key.id)));
    keys.push_back(std::move(key));
  }
  co_return keys;
}

AsyncStatus ApiKeyRepository::MarkUsed(std::string_view api_key_id) {
  co_return (co_await pool_.Query(kMarkUsed, api_key_id)).status();
}

}  // namespace tamarack::identity
