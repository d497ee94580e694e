#include "services/identity/signing_keys.h"

#include "platform/postgres/postgres.h"

#include <optional>

namespace tamarack::identity {
namespace {

using crypto::Algorithm;
using crypto::Key;

// Tokens of a retired key live for minutes, caches of the JWKS for hours.
constexpr pg::Statement kList{"signing_key.list", R"sql(
  SELECT kid, algorithm, private_key_sealed, retired_at IS NULL FROM signing_key
  WHERE retired_at IS NULL OR retired_at > now() - interval '1 day' ORDER BY created_at DESC)sql"};
// Another replica may have been quicker; its key is then ours too.
constexpr pg::Statement kInsert{"signing_key.insert", R"sql(
  INSERT INTO signing_key (kid, algorithm, private_key_sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING)sql"};

std::string Place(std::string_view kid) {
  return absl::StrCat("signing_key/", ToAbsl(kid));
}

constexpr keys::ColumnSql kPrivateKeys = SEALED_COLUMN("signing_key", "private_key_sealed", "kid");

}  // namespace

keys::KeyedColumn SigningKeyColumn(const Keyring& keyring) {
  return keys::SealedColumn(kPrivateKeys, keyring.sealer(),
                            [](const pg::Rows& rows, int row) { return Place(rows.Text(row, 2)); });
}

Async<const SigningKeySet*> SigningKeys::Get() {
  if (!keys_) CO_RETURN_IF_ERROR(co_await loading_.Run([this] { return Load(); }));
  co_return keys_.get();
}

AsyncStatus SigningKeys::Load() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kList));
    std::optional<Key> es256, rs256;
    crypto::KeySet published;
    for (int row = 0; row < rows.size(); ++row) {
      std::string kid(rows.Text(row, 0));
      auto algorithm = rows.Text(row, 1) == "ES256" ? Algorithm::kEs256 : Algorithm::kRs256;
      CO_ASSIGN_OR_RETURN(auto pem, keyring_.sealer().Open(rows.Text(row, 2), Place(kid)));
      CO_ASSIGN_OR_RETURN(auto key, Key::FromPrivatePem(algorithm, pem, kid));
      published.Add(key);
      if (rows.Bool(row, 3)) (algorithm == Algorithm::kEs256 ? es256 : rs256) = std::move(key);
    }
    if (es256 && rs256) {
      keys_ = std::make_unique<SigningKeySet>(SigningKeySet{*es256, *rs256, published.Jwks()});
      co_return absl::OkStatus();
    }
    if (!es256) CO_RETURN_IF_ERROR(co_await Create(Algorithm::kEs256));
    if (!rs256) CO_RETURN_IF_ERROR(co_await Create(Algorithm::kRs256));
  }
  co_return absl::InternalError("signing keys were made but are not there");
}

AsyncStatus SigningKeys::Create(Algorithm algorithm) {
  CO_ASSIGN_OR_RETURN(auto key,
                      co_await offload_.Run([algorithm] { return Key::Generate(algorithm); }));
  CO_ASSIGN_OR_RETURN(auto pem, key.PrivatePem());
  std::string sealed = keyring_.sealer().Seal(pem, Place(key.kid()));
  co_return (co_await pool_.Query(kInsert, key.kid(), crypto::Name(algorithm), sealed)).status();
}

}  // namespace tamarack::identity
