#include "services/payments/ledger_audit.h"

#include "platform/runtime/task_group.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "services/payments/ledger_repository.h"

#include <algorithm>
#include <limits>

namespace tamarack::payments {
namespace {

struct Gauges {
  Gauges(prometheus::Registry& registry, auth::Mode mode)
      : balanced(telemetry::Gauge(registry, "tamarack_payments_ledger_balanced",
                                  "1 if all transfers balanced at the last audit",
                                  {{"mode", std::string(auth::ModeName(mode))}})),
        audited(telemetry::Gauge(registry, "tamarack_payments_ledger_audit_timestamp_seconds",
                                 "When the ledger was added up last, in Unix seconds",
                                 {{"mode", std::string(auth::ModeName(mode))}})) {
    balanced.Set(std::numeric_limits<double>::quiet_NaN());  // Not known yet.
  }
  prometheus::Gauge &balanced, &audited;
};

AsyncStatus Audit(pg::Pool& pool, auth::Mode mode, Gauges& gauges) {
  CO_ASSIGN_OR_RETURN(auto balance, co_await ledger::Check(pool, mode));
  bool is_balanced = std::ranges::all_of(balance.currencies, &ledger::CurrencySums::balances);
  gauges.balanced.Set(is_balanced ? 1 : 0);
  gauges.audited.SetToCurrentTime();
  if (!is_balanced) {
    telemetry::Log(telemetry::Level::kError, "ledger does not balance",
                   {{"mode", auth::ModeName(mode)}});
  }
  co_return absl::OkStatus();
}

}  // namespace

boost::asio::awaitable<void> AuditLedger(pg::Pool& pool, prometheus::Registry& registry,
                                         std::chrono::steady_clock::duration interval) {
  Gauges live(registry, auth::Mode::kLive), sandbox(registry, auth::Mode::kSandbox);
  for (; !co_await runtime::IsAskedToEnd(); co_await runtime::SleepFor(interval)) {
    absl::Status status = co_await Audit(pool, auth::Mode::kLive, live);
    if (status.ok()) status = co_await Audit(pool, auth::Mode::kSandbox, sandbox);
    if (!status.ok()) {
      telemetry::Log(telemetry::Level::kWarning, "ledger not audited",
                     {{"error", status.message()}});
    }
  }
}

}  // namespace tamarack::payments
