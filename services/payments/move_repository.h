#pragma once

#include "platform/auth/owner.h"
#include "platform/postgres/postgres.h"
#include "platform/work/claims.h"
#include "platform/work/sweeper.h"
#include "services/payments/payment.h"
#include "services/payments/processors/processor.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::payments {

enum class JobKind : int16_t { kCapture = 1, kRelease = 2 };

// A capture or release that the processor is to be told of.
struct Job {
  work::Claim claim;  // of the attempt's id
  JobKind kind = JobKind::kCapture;
  int64_t amount_cents = 0;
  int tries = 0;
};

// A payment whose row this transaction holds.
struct LockedPayment {
  pg::Tx tx;
  std::string payment_id;
  auth::Owner owner;
  std::string reference;
  int64_t amount_cents = 0;
  std::string currency;
  Status status = Status::kCreated;
  TimePoint created_at;
  std::vector<Status> moves = {};  // made in this transaction
};

// What moves payments: the rows that a move locks and writes, what the processor is to be told and
// asked (two queues, claimed as platform/work does), and what has expired.
class MoveRepository {
 public:
  explicit MoveRepository(pg::Pool& pool) : pool_(pool) {}

  Async<std::vector<Job>> ClaimJobs(int limit, std::chrono::milliseconds lease);
  // Attempts whose outcome nobody has recorded in time.
  Async<std::vector<work::Claim>> ClaimUnresolved(int limit, std::chrono::milliseconds lease);

  work::Queue jobs() const;
  work::Queue unresolved() const;

  // Unfinished payments older than `age`.
  Async<std::vector<std::string>> FindExpired(std::chrono::seconds age, int limit);

  // Deletes jobs that are long done.
  work::Sweep Forgetting();

  // Begins a transaction that holds the payment. NOT_FOUND.
  Async<LockedPayment> Lock(std::string_view payment_id);
  Async<LockedPayment> LockByAttempt(std::string_view attempt_id);

  // Within it: writes status and event;
  static AsyncStatus Move(LockedPayment& locked, Status to);
  // how many cards were tried;
  static Async<int> CountAttempts(LockedPayment& locked);
  // the attempts that reserve the amount;
  static Async<std::vector<std::string>> ListReserved(LockedPayment& locked);
  // status, number and provider of one;
  struct StoredAttempt {
    AttemptStatus status = AttemptStatus::kSubmitted;
    int number = 0;
    std::string provider;
  };
  static Async<StoredAttempt> FindAttempt(LockedPayment& locked, std::string_view attempt_id);
  // whether the claim is still held, and there is something to do.
  static Async<bool> IsOpen(LockedPayment& locked, const work::Claim& claim, JobKind kind);

  // Statements for it.
  static pg::BoundStatement SetPayer(std::string_view payment_id, std::string_view sealed);
  static pg::BoundStatement InsertAttempt(std::string_view attempt_id, std::string_view payment_id,
                                          std::string_view provider, const CardSummary& card,
                                          std::chrono::milliseconds check_after);
  static pg::BoundStatement SetAttempt(std::string_view attempt_id, AttemptStatus status,
                                       const ProcessorAnswer& answer);
  static pg::BoundStatement SetStatus(std::string_view attempt_id, AttemptStatus status);
  static pg::BoundStatement InsertJob(std::string_view attempt_id, JobKind kind);
  static pg::BoundStatement EndJob(std::string_view attempt_id);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::payments
