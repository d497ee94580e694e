#include "services/identity/authentication/failure_repository.h"

#include "platform/work/forget.h"

namespace tamarack::identity {
namespace {

constexpr pg::Statement kTake{"sign_in_failure.take", R"sql(
  INSERT INTO sign_in_failure AS f (email_index, failures) VALUES ($1, 1)
  ON CONFLICT (email_index) DO UPDATE SET failures = least(f.failures, $2) + 1, failed_at = now()
  RETURNING failures <= $2)sql"};
// Those of long ago are forgotten where the address has no account: those of an account stand until
// it is signed in to, and are not looked at again for as long.
constexpr pg::Statement kForget{"sign_in_failure.forget", R"sql(
  WITH old AS (
    SELECT f.email_index, EXISTS (SELECT FROM person p WHERE p.email_index = f.email_index) AS has_account
    FROM sign_in_failure f WHERE f.failed_at < now() - interval '30 days'
    ORDER BY f.failed_at LIMIT $1::int FOR UPDATE OF f SKIP LOCKED
  ), kept AS (
    UPDATE sign_in_failure f SET failed_at = now() FROM old
    WHERE f.email_index = old.email_index AND old.has_account
  ), forgotten AS (
    DELETE FROM sign_in_failure f USING old WHERE f.email_index = old.email_index AND NOT old.has_account
  )
  SELECT FROM old)sql"};
constexpr pg::Statement kClear{"sign_in_failure.clear",
                               "DELETE FROM sign_in_failure WHERE email_index = $1"};

}  // namespace

work::Sweep FailureRepository::Forgetting() {
  return work::Forgetting("sign-in failures", pool_, kForget);
}

Async<bool> FailureRepository::Take(std::string_view email_index) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kTake, email_index, kFailuresMax));
  co_return rows.Bool(0, 0);
}

AsyncStatus FailureRepository::Clear(std::string_view email_index) {
  co_return (co_await pool_.Query(kClear, email_index)).status();
}

}  // namespace tamarack::identity
