#include "services/identity/revocation_repository.h"

#include "platform/auth/access_token.h"

namespace tamarack::identity {
namespace {

// As long as any verifier may take a token: its lifetime and the clock skew allowed.
constexpr int64_t kRevocationSeconds = auth::kLifetimeSecondsMax + 60;

// Each revocation forgets a few whose tokens have ended.
constexpr pg::Statement kRevoke{"revoked_grant.insert", R"sql(
  WITH forgotten AS (
    DELETE FROM revoked_grant WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM revoked_grant WHERE revoked_at < now() - $3 * interval '1 second'
      AND (client_id, subject) <> ($1, $2) ORDER BY revoked_at LIMIT 10 FOR UPDATE SKIP LOCKED))
  )
  INSERT INTO revoked_grant (client_id, subject) VALUES ($1, $2)
  ON CONFLICT (client_id, subject) DO UPDATE SET revoked_at = now())sql"};
constexpr pg::Statement kLift{"revoked_grant.delete",
                              "DELETE FROM revoked_grant WHERE client_id = $1 AND subject = $2"};
constexpr pg::Statement kFind{"revoked_grant.find", R"sql(
  SELECT FROM revoked_grant
  WHERE client_id = $1 AND subject = $2 AND revoked_at >= now() - $3 * interval '1 second')sql"};

}  // namespace

AsyncStatus RevocationRepository::Revoke(std::string_view client_id, std::string_view subject) {
  co_return (co_await pool_.Query(kRevoke, client_id, subject, kRevocationSeconds)).status();
}

AsyncStatus RevocationRepository::Lift(std::string_view client_id, std::string_view subject) {
  co_return (co_await pool_.Query(kLift, client_id, subject)).status();
}

Async<bool> RevocationRepository::IsRevoked(std::string_view client_id, std::string_view subject) {
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kFind, client_id, subject, kRevocationSeconds));
  co_return !rows.empty();
}

}  // namespace tamarack::identity
