#include "services/payments/ledger_repository.h"

#include "platform/base/id.h"

namespace tamarack::payments::ledger {
namespace {

constexpr pg::Statement kPend{"ledger.pend", "SELECT ledger_pend($1, $2, $3, $4, $5, $6, $7)"};
constexpr pg::Statement kResolve{"ledger.resolve", "SELECT ledger_resolve($1, $2, $3)"};
constexpr pg::Statement kCheck{"ledger.check", R"sql(
  SELECT currency, debits_posted, credits_posted, debits_pending, credits_pending, unbalanced_transfers, balances
  FROM ledger_balance_check($1))sql"};
constexpr pg::Statement kAccounts{"ledger.accounts", R"sql(
  SELECT account, currency, debits_posted, credits_posted, debits_pending, credits_pending
  FROM ledger_account_balance WHERE mode = $1 ORDER BY account, currency)sql"};

enum class Kind : int16_t { kPost = 2, kVoid = 3 };

}  // namespace

pg::BoundStatement Pend(const Pending& p) {
  return pg::BoundStatement(kPend, p.transfer_id, p.reference, p.debit, p.credit, p.currency,
                            p.amount_cents, auth::ModeName(p.mode));
}

pg::BoundStatement Post(std::string_view pending_id) {
  return pg::BoundStatement(kResolve, NewUuid(), pending_id, Kind::kPost);
}

pg::BoundStatement Void(std::string_view pending_id) {
  return pg::BoundStatement(kResolve, NewUuid(), pending_id, Kind::kVoid);
}

Async<Balance> Check(pg::Pool& pool, auth::Mode mode) {
  std::string_view name = auth::ModeName(mode);
  CO_ASSIGN_OR_RETURN(auto both, co_await pool.QueryAll(pg::BoundStatement(kCheck, name),
                                                        pg::BoundStatement(kAccounts, name)));
  Balance balance;
  const pg::Rows& sums = both[0];
  for (int i = 0; i < sums.size(); ++i) {
    balance.currencies.push_back({std::string(sums.Text(i, 0)), sums.Int(i, 1), sums.Int(i, 2),
                                  sums.Int(i, 3), sums.Int(i, 4), sums.Int(i, 5), sums.Bool(i, 6)});
  }
  const pg::Rows& accounts = both[1];
  for (int i = 0; i < accounts.size(); ++i) {
    balance.accounts.push_back({std::string(accounts.Text(i, 0)), std::string(accounts.Text(i, 1)),
                                accounts.Int(i, 2), accounts.Int(i, 3), accounts.Int(i, 4),
                                accounts.Int(i, 5)});
  }
  co_return balance;
}

}  // namespace tamarack::payments::ledger
