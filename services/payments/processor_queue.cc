#include "services/payments/processor_queue.h"

namespace tamarack::payments {
namespace {

constexpr pg::Statement kClaimJobs{"processor_job.claim", R"sql(
  UPDATE processor_job j SET due_at = now() + $2 * interval '1 millisecond', tries = tries + 1
  FROM authorisation_attempt a JOIN payment p USING (payment_id)
  WHERE a.attempt_id = j.attempt_id AND j.attempt_id IN (
    SELECT attempt_id FROM processor_job WHERE done_at IS NULL AND due_at <= now()
    ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING j.attempt_id, j.kind, p.amount_cents, j.tries)sql"};
constexpr pg::Statement kPostpone{"processor_job.postpone", R"sql(
  UPDATE processor_job SET due_at = now() + $2 * interval '1 millisecond' WHERE attempt_id = $1 AND done_at IS NULL)sql"};
constexpr pg::Statement kClaimUnresolved{"authorisation_attempt.claim", R"sql(
  UPDATE authorisation_attempt SET check_at = now() + $2 * interval '1 millisecond'
  WHERE attempt_id IN (
    SELECT attempt_id FROM authorisation_attempt WHERE status = 1 AND check_at <= now()
    ORDER BY check_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING attempt_id)sql"};
constexpr pg::Statement kFindExpired{"payment.find_expired", R"sql(
  SELECT payment_id FROM payment WHERE status IN (1, 2, 3, 4) AND created_at < now() - $1 * interval '1 second'
  ORDER BY created_at LIMIT $2)sql"};

std::vector<std::string> FirstColumn(const pg::Rows& rows) {
  std::vector<std::string> values;
  for (int i = 0; i < rows.size(); ++i) values.emplace_back(rows.Text(i, 0));
  return values;
}

}  // namespace

Async<std::vector<Job>> ProcessorQueue::ClaimJobs(int limit, std::chrono::milliseconds lease) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaimJobs, limit, lease.count()));
  std::vector<Job> jobs;
  for (int i = 0; i < rows.size(); ++i) {
    jobs.push_back({std::string(rows.Text(i, 0)), static_cast<JobKind>(rows.Int(i, 1)),
                    rows.Int(i, 2), static_cast<int>(rows.Int(i, 3))});
  }
  co_return jobs;
}

AsyncStatus ProcessorQueue::Postpone(std::string_view attempt_id, std::chrono::milliseconds delay) {
  co_return (co_await pool_.Query(kPostpone, attempt_id, delay.count())).status();
}

Async<std::vector<std::string>> ProcessorQueue::ClaimUnresolved(int limit,
                                                                std::chrono::milliseconds lease) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaimUnresolved, limit, lease.count()));
  co_return FirstColumn(rows);
}

Async<std::vector<std::string>> ProcessorQueue::FindExpired(std::chrono::seconds age, int limit) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindExpired, age.count(), limit));
  co_return FirstColumn(rows);
}

}  // namespace tamarack::payments
