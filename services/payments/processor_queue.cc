#include "services/payments/processor_queue.h"

#include "platform/base/id.h"
#include "platform/work/forget.h"

namespace tamarack::payments {
namespace {

constexpr pg::Statement kClaimJobs{
    "processor_job.claim", "WITH claimed AS (" WORK_CLAIM("processor_job", "attempt_id", "tries",
                                                          "", "done_at IS NULL") R"sql(
    RETURNING attempt_id, kind, tries)
  SELECT c.attempt_id, c.kind, p.amount_cents, c.tries
  FROM claimed c JOIN authorisation_attempt a USING (attempt_id) JOIN payment p USING (payment_id))sql"};
constexpr work::QueueSql kJobs = WORK_QUEUE("processor_jobs", "processor_job", "attempt_id", "uuid",
                                            "tries", "created_at", "done_at IS NULL", "0");
constexpr pg::Statement kClaimUnresolved{
    "authorisation_attempt.claim",
    WORK_CLAIM_BY("check_at", "authorisation_attempt", "attempt_id", "checks", "",
                  "status = 1") " RETURNING attempt_id"};
constexpr work::QueueSql kUnresolved =
    WORK_QUEUE_BY("check_at", "unresolved_attempts", "authorisation_attempt", "attempt_id", "uuid",
                  "checks", "created_at", "status = 1", "0");
constexpr pg::Statement kFindExpired{"payment.find_expired", R"sql(
  SELECT payment_id FROM payment WHERE status IN (1, 2, 3, 4) AND created_at < now() - $1 * interval '1 second'
  ORDER BY created_at LIMIT $2)sql"};
// Its key keeps an authorisation from being captured twice: it stays until the attempt's own status
// has long done that. 30 days, as idempotency keys.
constexpr pg::Statement kForget{
    "processor_job.forget",
    WORK_FORGET("processor_job", "done_at < now() - interval '30 days'", "done_at")};

}  // namespace

work::Sweep ProcessorQueue::Forgetting() {
  return work::Forgetting("processor jobs", pool_, kForget);
}

Async<std::vector<Job>> ProcessorQueue::ClaimJobs(int limit, std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaimJobs, limit, token, lease.count()));
  std::vector<Job> jobs;
  for (int i = 0; i < rows.size(); ++i) {
    jobs.push_back({{std::string(rows.Text(i, 0)), token},
                    static_cast<JobKind>(rows.Int(i, 1)),
                    rows.Int(i, 2),
                    static_cast<int>(rows.Int(i, 3))});
  }
  co_return jobs;
}

Async<std::vector<work::Claim>> ProcessorQueue::ClaimUnresolved(int limit,
                                                                std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kClaimUnresolved, limit, token, lease.count()));
  std::vector<work::Claim> claims;
  for (int i = 0; i < rows.size(); ++i) claims.push_back({std::string(rows.Text(i, 0)), token});
  co_return claims;
}

work::Queue ProcessorQueue::jobs() const {
  return {pool_, kJobs};
}

work::Queue ProcessorQueue::unresolved() const {
  return {pool_, kUnresolved};
}

Async<std::vector<std::string>> ProcessorQueue::FindExpired(std::chrono::seconds age, int limit) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindExpired, age.count(), limit));
  std::vector<std::string> payments;
  for (int i = 0; i < rows.size(); ++i) payments.emplace_back(rows.Text(i, 0));
  co_return payments;
}

}  // namespace tamarack::payments
