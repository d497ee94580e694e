// Emails that identity has to send: the table `email_outbox`.
#pragma once

#include "platform/base/status.h"
#include "platform/keys/keyed_column.h"
#include "platform/postgres/postgres.h"
#include "platform/work/claims.h"
#include "services/identity/keys/keyring.h"

#include <chrono>
#include <string>
#include <vector>

namespace tamarack::identity {

// The emails that wait, which identity's keyring seals.
keys::KeyedColumn EmailOutboxColumn(const Keyring& keyring);

// A code on its way to an email address.
struct CodeEmail {
  std::string address;
  std::string language;
  std::string code;
};

// The statement that queues the email, to be run in the transaction of what it tells of.
pg::BoundStatement QueueEmail(const Keyring& keyring, const CodeEmail& email);

struct ClaimedEmail {
  work::Claim claim;
  std::string sealed;
  int64_t attempts = 0;
};

class EmailRepository {
 public:
  EmailRepository(pg::Pool& pool, const Keyring& keyring) : pool_(pool), keyring_(keyring) {}

  Async<std::vector<ClaimedEmail>> Claim(int limit, std::chrono::milliseconds lease);
  work::Queue queue() const;

  absl::StatusOr<CodeEmail> Open(const ClaimedEmail& email) const;
  // Nothing when the claim is another's by now.
  AsyncStatus Delete(const work::Claim& claim);
  // Those too old to be of use; their ids.
  Async<std::vector<std::string>> ForgetOld(int limit);

 private:
  pg::Pool& pool_;
  const Keyring& keyring_;
};

}  // namespace tamarack::identity
