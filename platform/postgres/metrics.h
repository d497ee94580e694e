#pragma once

#include <prometheus/registry.h>

#include <string>
#include <string_view>
#include <unordered_map>

namespace tamarack::pg {

// What the pools of one process report. One object may serve several pools; its users share a
// thread. Statement names are a closed set, so they are safe as labels.
class PoolMetrics {
 public:
  explicit PoolMetrics(prometheus::Registry& registry);

  // The wall time of one round trip, under the name of its (first) statement.
  void Observe(std::string_view statement, double seconds);
  // One failed statement, by canonical code ("UNAVAILABLE").
  void CountError(std::string_view code);

  prometheus::Gauge& size;
  prometheus::Gauge& in_use;
  prometheus::Gauge& waiting;
  prometheus::Counter& connects;

 private:
  prometheus::Family<prometheus::Histogram>& seconds_;
  prometheus::Family<prometheus::Counter>& errors_;
  std::unordered_map<std::string_view, prometheus::Histogram*> by_statement_;
  std::unordered_map<std::string, prometheus::Counter*> by_code_;
};

}  // namespace tamarack::pg
