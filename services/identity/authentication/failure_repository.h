// Wrong passwords in a row, by account: the table `sign_in_failure`.
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"
#include "platform/work/sweeper.h"

#include <string_view>

namespace tamarack::identity {

// Addresses without an account are counted alike, so that nobody learns which have one.
class FailureRepository {
 public:
  // NIST SP 800-63B-4 section 3.2.2: at most 100 in a row; from then on the password alone does not
  // do on a device that the account does not know.
  static constexpr int kFailuresMax = 100;

  explicit FailureRepository(pg::Pool& pool) : pool_(pool) {}

  // Counts a failure, which Clear takes back; false when it is one too many. Beforehand, so that
  // tries at the same time cannot outrun the limit.
  Async<bool> Take(std::string_view email_index);
  // A right password: those before it no longer count.
  AsyncStatus Clear(std::string_view email_index);
  // Deletes those of thirty days ago, but for accounts.
  work::Sweep Forgetting();

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::identity
