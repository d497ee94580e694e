#include "services/identity/tokens/grant_repository.h"

#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/work/forget.h"

namespace tamarack::identity {
namespace {

// Nothing is given under a consent that was withdrawn a moment ago.
constexpr pg::Statement kInsert{"oauth_grant.insert", R"sql(
  INSERT INTO oauth_grant (grant_id, client_id, person_id, subject, consent_id, session_id, language, scopes, claims,
                           acr, amr, auth_time, code_sha256, code_expires_at, redirect_uri, code_challenge, code_jkt, nonce)
  SELECT $1::text, client_id, person_id, subject, consent_id, $3::text, $4::text, $5::text[], $6::text[], $7::text,
         $8::text[], $9::timestamptz, $10::text, now() + interval '60 seconds', $11::text, $12::text, $13::text, $14::text
  FROM consent WHERE consent_id = $2 AND withdrawn_at IS NULL FOR SHARE)sql"};
constexpr pg::Statement kFindByCode{"oauth_grant.find_by_code", R"sql(
  SELECT grant_id, client_id, consent_id, subject, session_id, language, scopes, claims, acr, amr, auth_time,
         redirect_uri, code_challenge, code_jkt, nonce
  FROM oauth_grant WHERE code_sha256 = $1 AND client_id = $2)sql"};
constexpr pg::Statement kRedeem{"oauth_grant.redeem", R"sql(
  UPDATE oauth_grant SET redeemed_at = now(), jkt = $2, x5t_s256 = $3
  WHERE grant_id = $1 AND redeemed_at IS NULL AND revoked_at IS NULL AND code_expires_at > now())sql"};
constexpr pg::Statement kRevokeReused{"oauth_grant.revoke_reused", R"sql(
  UPDATE oauth_grant SET revoked_at = coalesce(revoked_at, now()) WHERE grant_id = $1 AND redeemed_at IS NOT NULL)sql"};
constexpr pg::Statement kIsGood{
    "oauth_grant.is_good",
    "SELECT FROM oauth_grant WHERE grant_id = $1 AND client_id = $2 AND revoked_at IS NULL"};
constexpr pg::Statement kWasRevoked{"revoked_grant.find", R"sql(
  SELECT FROM revoked_grant WHERE client_id = $1 AND subject = $2)sql"};
// No token lives for a day. revoked_grant is written no more.
constexpr pg::Statement kForget{
    "oauth_grant.forget",
    "WITH earlier AS (" WORK_FORGET(
        "revoked_grant", "revoked_at < now() - interval '1 day'",
        "revoked_at") ") " WORK_FORGET("oauth_grant", "created_at < now() - interval '1 day'",
                                       "created_at")};

}  // namespace

work::Sweep GrantRepository::Forgetting() {
  return work::Forgetting("grants", pool_, kForget);
}

Async<std::string> GrantRepository::Create(const Grant& grant) {
  std::string code = crypto::RandomToken(32);
  std::vector<std::string> scopes(grant.scopes.begin(), grant.scopes.end());
  CO_ASSIGN_OR_RETURN(
      auto rows,
      co_await pool_.Query(kInsert, crypto::RandomToken(16), grant.consent_id, grant.session_id,
                           grant.language, scopes, grant.claims, grant.acr, grant.amr,
                           grant.auth_time, crypto::Sha256Hex(code), grant.redirect_uri,
                           grant.code_challenge, grant.code_jkt, grant.nonce));
  if (rows.affected() == 0) co_return absl::NotFoundError("the consent was withdrawn");
  co_return code;
}

Async<Grant> GrantRepository::FindByCode(std::string_view code, std::string_view client_id) {
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kFindByCode, crypto::Sha256Hex(code), client_id));
  if (rows.empty()) co_return absl::NotFoundError("no such code");
  auto text = [&](int column) { return std::string(rows.Text(0, column)); };
  Grant grant{.id = text(0),
              .client_id = text(1),
              .consent_id = text(2),
              .subject = text(3),
              .session_id = text(4),
              .language = text(5),
              .scopes = {},
              .claims = rows.TextArray(0, 7),
              .acr = text(8),
              .amr = rows.TextArray(0, 9),
              .auth_time = FromUnixMicros(rows.TimeMicros(0, 10)),
              .redirect_uri = text(11),
              .code_challenge = text(12),
              .code_jkt = text(13),
              .nonce = text(14)};
  for (auto& scope : rows.TextArray(0, 6)) grant.scopes.insert(std::move(scope));
  co_return grant;
}

AsyncStatus GrantRepository::Redeem(std::string_view grant_id, const auth::Confirmation& bound_to) {
  CO_ASSIGN_OR_RETURN(auto redeemed,
                      co_await pool_.Query(kRedeem, grant_id, bound_to.jkt, bound_to.x5t_s256));
  if (redeemed.affected() == 1) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(auto revoked, co_await pool_.Query(kRevokeReused, grant_id));
  co_return revoked.affected() == 1 ? absl::AlreadyExistsError("the code was used before")
                                    : absl::NotFoundError("the code is over");
}

Async<bool> GrantRepository::IsRevoked(const auth::Principal& principal) {
  if (!principal.has_person()) co_return false;
  if (principal.grant_id.empty()) {
    CO_ASSIGN_OR_RETURN(auto rows,
                        co_await pool_.Query(kWasRevoked, principal.client_id, principal.subject));
    co_return !rows.empty();
  }
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kIsGood, principal.grant_id, principal.client_id));
  co_return rows.empty();
}

}  // namespace tamarack::identity
