#include "platform/postgres/metrics.h"

#include "platform/telemetry/metrics.h"

namespace tamarack::pg {

PoolMetrics::PoolMetrics(prometheus::Registry& registry)
    : size(telemetry::Gauge(registry, "tamarack_pg_connections_max", "Size of the pools")),
      in_use(telemetry::Gauge(registry, "tamarack_pg_connections_in_use", "Connections at work")),
      waiting(telemetry::Gauge(registry, "tamarack_pg_waiting", "Callers without a connection")),
      connects(telemetry::Counter(registry, "tamarack_pg_connects_total", "Connections opened")),
      registry_(registry) {}

void PoolMetrics::Observe(const char* statement, double seconds) {
  auto& histogram = by_statement_[statement];
  if (histogram == nullptr) {
    histogram =
        &telemetry::DurationHistogram(registry_, "tamarack_pg_query_duration_seconds",
                                      "Round trips by statement", {{"statement", statement}});
  }
  histogram->Observe(seconds);
}

void PoolMetrics::CountError(absl::StatusCode code) {
  auto& counter = by_code_[code];
  if (counter == nullptr) {
    counter = &telemetry::Counter(registry_, "tamarack_pg_errors_total", "Failed round trips",
                                  {{"code", absl::StatusCodeToString(code)}});
  }
  counter->Increment();
}

}  // namespace tamarack::pg
