#include "platform/telemetry/metrics.h"

#include "platform/telemetry/log.h"
#include "platform/telemetry/process.h"

#include <prometheus/text_serializer.h>

namespace tamarack::telemetry {

prometheus::Counter& Counter(prometheus::Registry& registry, const std::string& name,
                             const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& Gauge(prometheus::Registry& registry, const std::string& name,
                         const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Histogram& DurationHistogram(prometheus::Registry& registry, const std::string& name,
                                         const std::string& help, const Labels& labels) {
  const prometheus::Histogram::BucketBoundaries seconds = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 0.8, 1, 2.5, 5, 10, 30};
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, seconds);
}

prometheus::Histogram& WaitHistogram(prometheus::Registry& registry, const std::string& name,
                                     const std::string& help, const Labels& labels) {
  const prometheus::Histogram::BucketBoundaries seconds = {1,   5,    15,    60,    300,
                                                           900, 3600, 21600, 86400, 259200};
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, seconds);
}

prometheus::Histogram& SizeHistogram(prometheus::Registry& registry, const std::string& name,
                                     const std::string& help, const Labels& labels) {
  prometheus::Histogram::BucketBoundaries sizes;
  for (int power = 0; power <= 12; ++power) sizes.push_back(static_cast<double>(1 << (2 * power)));
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, sizes);
}

std::string SerializeMetrics(const prometheus::Registry& registry) {
  auto families = registry.Collect();
  for (auto& family : ProcessMetrics()) families.push_back(std::move(family));
  prometheus::ClientMetric dropped;
  dropped.counter.value = static_cast<double>(DroppedLogLines());
  families.push_back({"tamarack_log_lines_dropped_total",
                      "Log lines that nobody read in time",
                      prometheus::MetricType::Counter,
                      {std::move(dropped)}});
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace tamarack::telemetry
