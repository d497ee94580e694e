// Sends a process's spans to a collector, by OTLP over HTTP.
#pragma once

#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/runtime/task_group.h"
#include "platform/telemetry/span.h"
#include "platform/tracing/otlp.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace tamarack::tracing {

struct ExporterOptions {
  std::string endpoint;     // `http://collector:4318`; spans go to /v1/traces below it.
  double sample_ratio = 0;  // See telemetry::SetSpanSink.
  Resource resource = {};
  size_t queue_max = 8192;
  size_t batch_max = 512;
  std::chrono::milliseconds interval{1000};
  std::chrono::milliseconds request_timeout{5000};
  std::chrono::milliseconds pause_max{30'000};  // Between tries while the collector is away.
  std::chrono::milliseconds flush_time{2000};   // For what is left when the process ends.
};

// Takes the process's spans while it lives. Nobody waits for it: what does not fit its queue, and
// what the collector refuses, is dropped and counted (`tamarack_spans_dropped_total`). Lives on one
// loop; its task sends what is left when it is asked to end.
class Exporter final : public telemetry::SpanSink {
 public:
  Exporter(boost::asio::any_io_executor executor, prometheus::Registry& registry,
           ExporterOptions options);
  ~Exporter() override;

  void Start();
  void Take(telemetry::Span span) override;

 private:
  struct Batch {
    std::string body;
    size_t spans;
  };
  boost::asio::awaitable<void> Run();
  boost::asio::awaitable<void> Flush();
  // Sends one batch; false when it is to be sent again.
  boost::asio::awaitable<bool> SendOne(std::chrono::milliseconds timeout);
  bool IsEmpty() const { return queue_.empty() && !batch_; }
  void Drop(size_t spans);

  const ExporterOptions options_;
  curl::Multi curl_;
  http::Client client_;
  prometheus::Counter& sent_;
  prometheus::Counter& dropped_;
  std::deque<telemetry::Span> queue_;
  std::optional<Batch> batch_;  // On its way, or to be sent again.
  bool is_out_of_reach_ = false;
  runtime::TaskGroup tasks_;
};

// Ends the process with status 2 when --otlp_endpoint or --trace_sample_ratio makes no sense: for
// main() only.
void CheckFlagsOrExit();

// Of the flags, for main(); null when no endpoint is named.
std::unique_ptr<Exporter> ExporterOfFlags(boost::asio::any_io_executor executor,
                                          prometheus::Registry& registry,
                                          const std::string& service);

}  // namespace tamarack::tracing
