#include "services/identity/failure_repository.h"

namespace tamarack::identity {
namespace {

// Each failure forgets a few of long ago of addresses that have no account: those of an account
// stand until it is signed in to.
constexpr pg::Statement kTake{"sign_in_failure.take", R"sql(
  WITH forgotten AS (
    DELETE FROM sign_in_failure WHERE ctid = ANY (ARRAY (
      SELECT f.ctid FROM sign_in_failure f
      WHERE f.failed_at < now() - interval '30 days' AND f.email_index <> $1
        AND NOT EXISTS (SELECT FROM person p WHERE p.email_index = f.email_index)
      ORDER BY f.failed_at LIMIT 10 FOR UPDATE OF f SKIP LOCKED))
  )
  INSERT INTO sign_in_failure AS f (email_index, failures) VALUES ($1, 1)
  ON CONFLICT (email_index) DO UPDATE SET failures = least(f.failures, $2) + 1, failed_at = now()
  RETURNING failures <= $2)sql"};
constexpr pg::Statement kClear{"sign_in_failure.clear",
                               "DELETE FROM sign_in_failure WHERE email_index = $1"};

}  // namespace

Async<bool> FailureRepository::Take(std::string_view email_index) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kTake, email_index, kFailuresMax));
  co_return rows.Bool(0, 0);
}

AsyncStatus FailureRepository::Clear(std::string_view email_index) {
  co_return (co_await pool_.Query(kClear, email_index)).status();
}

}  // namespace tamarack::identity
