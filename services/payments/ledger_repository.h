#pragma once

#include "platform/auth/owner.h"
#include "platform/postgres/postgres.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The double-entry ledger, which the database itself enforces (migrations/0002_ledger.sql).
// Statements to go into the transaction of the state change they belong to; each is idempotent.
namespace tamarack::payments::ledger {

struct Pending {
  std::string transfer_id;  // a UUID
  std::string reference;
  std::string debit;  // account names: "processor:sandbox", "service:<id>"
  std::string credit;
  // Of both accounts: no transfer leads from real money to play money.
  auth::Mode mode = auth::Mode::kLive;
  std::string currency;
  int64_t amount_cents = 0;
};

pg::BoundStatement Pend(const Pending& pending);
// Turns what is pending into booked.
pg::BoundStatement Post(std::string_view pending_id);
// Gives it up.
pg::BoundStatement Void(std::string_view pending_id);

struct CurrencySums {
  std::string currency;
  int64_t debits_posted = 0;
  int64_t credits_posted = 0;
  int64_t debits_pending = 0;
  int64_t credits_pending = 0;
  int64_t unbalanced_transfers = 0;
  bool balances = true;
};
struct AccountSums {
  std::string account;
  std::string currency;
  int64_t debits_posted = 0;
  int64_t credits_posted = 0;
  int64_t debits_pending = 0;
  int64_t credits_pending = 0;
};
struct Balance {
  std::vector<CurrencySums> currencies;
  std::vector<AccountSums> accounts;
};

// Adds up every entry of one mode.
Async<Balance> Check(pg::Pool& pool, auth::Mode mode);

}  // namespace tamarack::payments::ledger
