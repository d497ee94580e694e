#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace tamarack::telemetry {

// What the system says of this process, by the names that all Prometheus clients use, and
// `tamarack_build_info`. Read when asked for; any thread.
std::vector<prometheus::MetricFamily> ProcessMetrics();

}  // namespace tamarack::telemetry
