#include "services/payments/ledger_service.h"

#include "platform/rpc/unary.h"
#include "services/payments/ledger_repository.h"

#include "tamarack/payments/v1/ledger_service.grpc.pb.h"

namespace tamarack::payments {
namespace {

// Sets up both modes, so it sees both.
constexpr std::string_view kAdminScope = "platform.admin";

void CopySums(const auto& from, auto& to) {
  to.set_currency(from.currency);
  to.set_debits_posted(from.debits_posted);
  to.set_credits_posted(from.credits_posted);
  to.set_debits_pending(from.debits_pending);
  to.set_credits_pending(from.credits_pending);
}

class LedgerService final : public v1::LedgerService::CallbackService {
 public:
  using Api = v1::LedgerService;
  LedgerService(rpc::Interceptor& interceptor, pg::Pool& pool) : rpc_(interceptor), pool_(pool) {}

  TAMARACK_UNARY(GetBalance, v1::GetBalanceRequest, v1::LedgerBalance) {
    auth::Mode mode = auth::ModeOf(context.principal->mode);
    if (request.has_mode() && auth::ModeOf(request.mode()) != mode) {
      if (!context.principal->HasScope(kAdminScope))
        co_return absl::PermissionDeniedError("the credential is of the other mode");
      mode = auth::ModeOf(request.mode());
    }
    CO_ASSIGN_OR_RETURN(auto balance, co_await ledger::Check(pool_, mode));
    v1::LedgerBalance response;
    response.set_balances(true);
    for (const auto& sums : balance.currencies) {
      CopySums(sums, *response.add_currencies());
      response.set_unbalanced_transfers(response.unbalanced_transfers() +
                                        sums.unbalanced_transfers);
      if (!sums.balances) response.set_balances(false);
    }
    for (const auto& sums : balance.accounts) {
      auto& account = *response.add_accounts();
      account.set_account(sums.account);
      CopySums(sums, account);
    }
    co_return response;
  }

 private:
  rpc::Interceptor& rpc_;
  pg::Pool& pool_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeLedgerService(rpc::Interceptor& interceptor, pg::Pool& pool) {
  return std::make_unique<LedgerService>(interceptor, pool);
}

}  // namespace tamarack::payments
