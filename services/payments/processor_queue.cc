#include "services/payments/processor_queue.h"

#include "platform/base/id.h"

namespace tamarack::payments {
namespace {

constexpr pg::Statement kClaimJobs{
    "processor_job.claim",
    "WITH claimed AS (" WORK_CLAIM("processor_job", "attempt_id", ", tries = tries + 1",
                                   "done_at IS NULL") R"sql(
    RETURNING attempt_id, kind, tries)
  SELECT c.attempt_id, c.kind, p.amount_cents, c.tries
  FROM claimed c JOIN authorisation_attempt a USING (attempt_id) JOIN payment p USING (payment_id))sql"};
// The claim counted; what was no try is taken back.
constexpr pg::Statement kPostponeJob{"processor_job.postpone",
                                     "UPDATE processor_job SET " WORK_POSTPONED
                                     ", tries = tries - (NOT $4::boolean)::int WHERE " WORK_HELD(
                                         "attempt_id") " AND done_at IS NULL"};
constexpr pg::Statement kRenewJobs{"processor_job.renew",
                                   WORK_RENEW("processor_job", "attempt_id", "uuid")};
constexpr pg::Statement kMeasureJobs{
    "processor_job.measure", WORK_MEASURE("processor_job", "done_at IS NULL", "due_at", "0")};
constexpr pg::Statement kClaimUnresolved{
    "authorisation_attempt.claim",
    WORK_CLAIM("authorisation_attempt", "attempt_id", "", "status = 1") " RETURNING attempt_id"};
constexpr pg::Statement kPostponeUnresolved{"authorisation_attempt.postpone",
                                            "UPDATE authorisation_attempt SET " WORK_POSTPONED
                                            " WHERE " WORK_HELD("attempt_id")};
constexpr pg::Statement kRenewUnresolved{"authorisation_attempt.renew",
                                         WORK_RENEW("authorisation_attempt", "attempt_id", "uuid")};
constexpr pg::Statement kMeasureUnresolved{
    "authorisation_attempt.measure",
    WORK_MEASURE("authorisation_attempt", "status = 1", "due_at", "0")};
constexpr pg::Statement kFindExpired{"payment.find_expired", R"sql(
  SELECT payment_id FROM payment WHERE status IN (1, 2, 3, 4) AND created_at < now() - $1 * interval '1 second'
  ORDER BY created_at LIMIT $2)sql"};

}  // namespace

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

AsyncStatus ProcessorQueue::PostponeJob(const work::Claim& claim, std::chrono::milliseconds delay,
                                        bool is_try) {
  co_return (co_await pool_.Query(kPostponeJob, claim.id, claim.token, delay.count(), is_try))
      .status();
}

AsyncStatus ProcessorQueue::PostponeUnresolved(const work::Claim& claim,
                                               std::chrono::milliseconds delay) {
  co_return (co_await pool_.Query(kPostponeUnresolved, claim.id, claim.token, delay.count()))
      .status();
}

AsyncStatus ProcessorQueue::RenewJobs(const std::vector<work::Claim>& claims,
                                      std::chrono::milliseconds lease) {
  return work::Renew(pool_, kRenewJobs, claims, lease);
}

AsyncStatus ProcessorQueue::RenewUnresolved(const std::vector<work::Claim>& claims,
                                            std::chrono::milliseconds lease) {
  return work::Renew(pool_, kRenewUnresolved, claims, lease);
}

Async<work::Depth> ProcessorQueue::MeasureJobs() {
  return work::Measure(pool_, kMeasureJobs);
}

Async<work::Depth> ProcessorQueue::MeasureUnresolved() {
  return work::Measure(pool_, kMeasureUnresolved);
}

Async<std::vector<std::string>> ProcessorQueue::FindExpired(std::chrono::seconds age, int limit) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindExpired, age.count(), limit));
  std::vector<std::string> payments;
  for (int i = 0; i < rows.size(); ++i) payments.emplace_back(rows.Text(i, 0));
  co_return payments;
}

}  // namespace tamarack::payments
