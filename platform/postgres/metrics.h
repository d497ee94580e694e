#pragma once

#include <absl/status/status.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <map>
#include <string_view>
#include <unordered_map>

namespace tamarack::pg {

// What the pools of one process report. One object may serve several pools; its users share a
// thread. Statement names are a closed set, so they are safe as labels.
class PoolMetrics {
 public:
  explicit PoolMetrics(prometheus::Registry& registry);

  // The wall time of one round trip, under the name of its first statement (which lives for ever).
  void Observe(const char* statement, double seconds);
  void CountError(absl::StatusCode code);

  prometheus::Gauge& size;
  prometheus::Gauge& in_use;
  prometheus::Gauge& waiting;
  prometheus::Counter& connects;

 private:
  prometheus::Registry& registry_;
  std::unordered_map<std::string_view, prometheus::Histogram*> by_statement_;
  std::map<absl::StatusCode, prometheus::Counter*> by_code_;
};

}  // namespace tamarack::pg
