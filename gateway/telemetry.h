#pragma once

#include "gateway/admission.h"
#include "gateway/plugin/snapshot.h"
#include "gateway/request/visit.h"
#include "platform/http/message.h"

#include <absl/container/flat_hash_map.h>
#include <prometheus/registry.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace tamarack::gateway {

// What is learnt about a request while it is served, for log and metrics.
struct Observation {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::shared_ptr<const Snapshot> snapshot;  // Keeps `route` and its back end alive.
  const Route* route = nullptr;
  std::chrono::steady_clock::duration upstream{};  // Spent waiting for the back end.
  bool is_cancelled = false;                       // The client went away.
  bool is_upstream_unavailable = false;
  bool is_shed = false;       // Refused to protect what is behind.
  size_t bytes_received = 0;  // Of the request's body.
  size_t bytes_streamed = 0;  // Of a body that came piece by piece.
  http::Headers headers;      // For whatever the answer will be.
  Admission admission;        // Goes before the snapshot, whose back end it holds.
};

// One JSON line a request and metrics by RPC. Templates and statuses, never values: paths and
// queries hold personal data.
class Telemetry {
 public:
  explicit Telemetry(prometheus::Registry& registry) : registry_(registry) {
    // An alert needs the series before the first one is shed.
    for (auto priority : {api::v1::PRIORITY_UNSPECIFIED, api::v1::CRITICAL, api::v1::BULK})
      Shed(priority);
  }
  void Record(const Visit& visit, const Observation& observation, const http::Response& response);

 private:
  prometheus::Registry& registry_;
  // Looking a metric up by its labels costs more than counting; methods and statuses are few. By
  // the method's name, since its descriptor goes with the snapshot.
  struct MethodMetrics {
    std::map<int, prometheus::Counter*> requests;  // By status.
    prometheus::Histogram* duration = nullptr;
  };
  absl::flat_hash_map<std::string, MethodMetrics> methods_;
  prometheus::Counter& Shed(api::v1::Priority priority);
  std::map<api::v1::Priority, prometheus::Counter*> shed_;
};

}  // namespace tamarack::gateway
