#include "services/identity/keys/signing_key_repository.h"

#include "platform/json/strict.h"

namespace tamarack::identity {
namespace {

using crypto::Algorithm;
using crypto::Key;

#define KEY_COLUMNS                                                                           \
  "kid, algorithm, CASE WHEN removed_at IS NOT NULL THEN 3 WHEN retired_at IS NOT NULL THEN " \
  "2 WHEN activated_at IS NOT NULL THEN 1 ELSE 0 END, "                                       \
  "coalesce(removed_at, retired_at, activated_at, created_at), private_key_sealed, "          \
  "coalesce(public_jwk, '')"
constexpr pg::Statement kList{
    "signing_key.list", "SELECT " KEY_COLUMNS " FROM signing_key ORDER BY created_at DESC, kid"};
// Access tokens of a retired key live for minutes; its ID tokens come back as hints.
constexpr pg::Statement kListPublished{
    "signing_key.list_published", "SELECT " KEY_COLUMNS
                                  " FROM signing_key WHERE removed_at IS NULL AND (retired_at IS "
                                  "NULL OR retired_at > now() - interval '1 day') "
                                  "ORDER BY created_at DESC, kid"};
constexpr pg::Statement kInsert{"signing_key.insert", R"sql(
  INSERT INTO signing_key (kid, algorithm, private_key_sealed, public_jwk, activated_at)
  VALUES ($1, $2, $3, $4, CASE WHEN $5::boolean THEN now() END) ON CONFLICT DO NOTHING)sql"};
// In a row of before there was the column.
constexpr pg::Statement kComplete{"signing_key.complete", R"sql(
  UPDATE signing_key SET public_jwk = $2,
    private_key_sealed = CASE WHEN retired_at IS NULL THEN private_key_sealed ELSE '' END
  WHERE kid = $1)sql"};
// The last column: longer than any verifier keeps keys that it does not ask for again.
constexpr pg::Statement kLock{"signing_key.lock", "SELECT " KEY_COLUMNS
                                                  ", created_at <= now() - interval '15 minutes' "
                                                  "FROM signing_key WHERE removed_at IS NULL "
                                                  "ORDER BY kid FOR UPDATE"};
constexpr pg::Statement kRetire{"signing_key.retire", R"sql(
  UPDATE signing_key SET retired_at = now(),
    private_key_sealed = CASE WHEN public_jwk IS NULL THEN private_key_sealed ELSE '' END
  WHERE kid = $1)sql"};
constexpr pg::Statement kRemove{"signing_key.remove", R"sql(
  UPDATE signing_key SET removed_at = now(), private_key_sealed = ''
  WHERE kid = $1 AND retired_at IS NOT NULL AND removed_at IS NULL)sql"};
constexpr pg::Statement kActivate{"signing_key.activate", R"sql(
  UPDATE signing_key SET activated_at = now()
  WHERE algorithm = $1 AND activated_at IS NULL AND retired_at IS NULL)sql"};
constexpr keys::ColumnSql kPrivateKeys = SEALED_COLUMN("signing_key", "private_key_sealed", "kid");

std::string Place(std::string_view kid) {
  return absl::StrCat("signing_key/", ToAbsl(kid));
}

absl::StatusOr<std::string> PublicText(const Key& key) {
  auto jwk = key.PublicJwk();
  if (!jwk.ok()) return jwk.status();
  return boost::json::serialize(*jwk);
}

SigningKeyState StateOf(const pg::Rows& rows, int row) {
  return static_cast<SigningKeyState>(rows.Int(row, 2));
}

std::vector<SigningKeyRow> Decode(const pg::Rows& rows) {
  std::vector<SigningKeyRow> keys;
  for (int row = 0; row < rows.size(); ++row) {
    keys.push_back(
        {.kid = std::string(rows.Text(row, 0)),
         .algorithm = rows.Text(row, 1) == "ES256" ? Algorithm::kEs256 : Algorithm::kRs256,
         .state = StateOf(rows, row),
         .since = FromUnixMicros(rows.TimeMicros(row, 3)),
         .private_key_sealed = std::string(rows.Text(row, 4)),
         .public_jwk = std::string(rows.Text(row, 5))});
  }
  return keys;
}

bool HasKnownSuccessor(const pg::Rows& keys, std::string_view algorithm) {
  for (int row = 0; row < keys.size(); ++row) {
    bool is_successor =
        keys.Text(row, 1) == algorithm && StateOf(keys, row) == SigningKeyState::kNext;
    if (is_successor) return keys.Bool(row, 6);
  }
  return false;
}

}  // namespace

keys::KeyedColumn SigningKeyColumn(const Keyring& keyring) {
  return keys::SealedColumn(kPrivateKeys, keyring.sealer(),
                            [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); });
}

std::string_view Name(SigningKeyState state) {
  constexpr std::string_view kNames[] = {"next", "current", "retired", "removed"};
  return kNames[static_cast<size_t>(state)];
}

Async<std::vector<SigningKeyRow>> SigningKeyRepository::List() {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kList));
  co_return Decode(rows);
}

Async<std::vector<SigningKeyRow>> SigningKeyRepository::ListPublished() {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListPublished));
  std::vector<SigningKeyRow> keys = Decode(rows);
  for (SigningKeyRow& row : keys) {
    if (!row.public_jwk.empty()) continue;
    auto key = PrivateKey(row);
    if (!key.ok()) continue;
    CO_ASSIGN_OR_RETURN(row.public_jwk, PublicText(*key));
    CO_RETURN_IF_ERROR((co_await pool_.Query(kComplete, row.kid, row.public_jwk)).status());
  }
  co_return keys;
}

absl::StatusOr<Key> SigningKeyRepository::PublicKey(const SigningKeyRow& row) const {
  auto jwk = ParseStrictObject(row.public_jwk);
  if (jwk.ok()) {
    auto key = Key::FromPublicJwk(*jwk);
    if (key.ok() && key->kid() == row.kid && key->algorithm() == row.algorithm) return key;
  }
  keyring_.sealer().Report({kPrivateKeys.table, row.kid});
  return absl::DataLossError(absl::StrCat("the key ", row.kid, " has no readable public half"));
}

absl::StatusOr<Key> SigningKeyRepository::PrivateKey(const SigningKeyRow& row) const {
  auto pem = keyring_.sealer().OpenRow({kPrivateKeys.table, row.kid}, row.private_key_sealed,
                                       Place(row.kid));
  if (!pem.ok()) return pem.status();
  return Key::FromPrivatePem(row.algorithm, *pem, row.kid);
}

AsyncStatus SigningKeyRepository::Insert(const Key& key, SigningKeyState state) {
  CO_ASSIGN_OR_RETURN(auto pem, key.PrivatePem());
  CO_ASSIGN_OR_RETURN(auto public_jwk, PublicText(key));
  std::string sealed = keyring_.sealer().Seal(pem, Place(key.kid()));
  co_return (co_await pool_.Query(kInsert, key.kid(), crypto::Name(key.algorithm()), sealed,
                                  public_jwk, state == SigningKeyState::kCurrent))
      .status();
}

AsyncStatus SigningKeyRepository::End(pg::Tx& tx, const pg::Rows& keys, int row,
                                      bool is_emergency) {
  std::string_view algorithm = keys.Text(row, 1);
  bool is_current = StateOf(keys, row) == SigningKeyState::kCurrent;
  if (is_current && !is_emergency && !HasKnownSuccessor(keys, algorithm)) {
    co_return absl::FailedPreconditionError(
        absl::StrCat("the next ", ToAbsl(algorithm),
                     " key has not been published for 15 minutes: verifiers may not know it yet"));
  }
  CO_RETURN_IF_ERROR((co_await tx.Query(kRetire, keys.Text(row, 0))).status());
  if (is_current) co_return (co_await tx.Query(kActivate, algorithm)).status();
  co_return absl::OkStatus();
}

AsyncStatus SigningKeyRepository::Rotate() {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto keys, co_await tx.Query(kLock));
  for (int row = 0; row < keys.size(); ++row) {
    if (StateOf(keys, row) == SigningKeyState::kCurrent)
      CO_RETURN_IF_ERROR(co_await End(tx, keys, row, false));
  }
  co_return co_await tx.Commit();
}

AsyncStatus SigningKeyRepository::Retire(std::string_view kid, bool is_emergency) {
  CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
  CO_ASSIGN_OR_RETURN(auto keys, co_await tx.Query(kLock));
  int row = 0;
  while (row < keys.size() && keys.Text(row, 0) != kid) ++row;
  if (row == keys.size()) co_return absl::NotFoundError("there is no such key");
  if (StateOf(keys, row) == SigningKeyState::kRetired)
    co_return absl::AlreadyExistsError("the key has retired already");
  CO_RETURN_IF_ERROR(co_await End(tx, keys, row, is_emergency));
  co_return co_await tx.Commit();
}

AsyncStatus SigningKeyRepository::Remove(std::string_view kid) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kRemove, kid));
  co_return rows.affected() == 1 ? absl::OkStatus()
                                 : absl::NotFoundError("there is no such key that has retired");
}

}  // namespace tamarack::identity
