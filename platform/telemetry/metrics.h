#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>

// Thin helpers over prometheus-cpp. main() builds the process's one prometheus::Registry and passes
// it on; each class resolves its metrics once, in its constructor, and keeps the references:
//   struct PaymentMetrics {
//     explicit PaymentMetrics(prometheus::Registry& registry)
//         : created(
//               telemetry::Counter(registry, "tamarack_payments_created_total", "Payments made")) {}
//     prometheus::Counter& created;
//   };
// Labels come from closed sets only (method, code, statement), never from ids, paths or messages.
namespace tamarack::telemetry {

using Labels = std::map<std::string, std::string>;

// Each returns the metric of that name and labels, made on first use. Names begin with `tamarack_`
// and the part they are of; counters end in `_total`, durations in `_duration_seconds`.
prometheus::Counter& Counter(prometheus::Registry& registry, const std::string& name,
                             const std::string& help, const Labels& labels = {});
prometheus::Gauge& Gauge(prometheus::Registry& registry, const std::string& name,
                         const std::string& help, const Labels& labels = {});
// Latency in seconds: 16 buckets from 1 ms to 30 s, among them what is promised (deploy/slo).
prometheus::Histogram& DurationHistogram(prometheus::Registry& registry, const std::string& name,
                                         const std::string& help, const Labels& labels = {});
// How long something waited, in seconds: 1 s to 3 days, among them what is promised.
prometheus::Histogram& WaitHistogram(prometheus::Registry& registry, const std::string& name,
                                     const std::string& help, const Labels& labels = {});
// Sizes of batches and messages: powers of 4 from 1 to 4^12 (16 MiB).
prometheus::Histogram& SizeHistogram(prometheus::Registry& registry, const std::string& name,
                                     const std::string& help, const Labels& labels = {});

// The registry in the Prometheus text format, for /metrics, how many log lines were dropped, and
// ProcessMetrics.
std::string SerializeMetrics(const prometheus::Registry& registry);

}  // namespace tamarack::telemetry
