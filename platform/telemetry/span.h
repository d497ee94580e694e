#pragma once

#include "platform/telemetry/trace.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Spans: what a process did for a trace, and when. They cost nothing while nobody takes them.
// Nothing of a person goes in: templates, names and codes, never paths, parameters or addresses.
namespace tamarack::telemetry {

// The numbers are OTLP's.
enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3 };

struct Attribute {
  std::string_view key;  // A constant: OpenTelemetry's semantic conventions name most.
  std::variant<std::string, int64_t> value;
};

struct Span {
  TraceContext context;             // Its own.
  std::string parent_span_id = {};  // Empty: it begins its trace.
  std::string name = {};
  SpanKind kind = SpanKind::kInternal;
  std::chrono::system_clock::time_point start = std::chrono::system_clock::now();
  std::chrono::system_clock::time_point end = {};
  std::vector<Attribute> attributes = {};
  std::vector<TraceContext> links = {};  // What it belongs to without being part of it.
  bool is_error = false;
};

// Where spans go: the process's one exporter.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  virtual void Take(Span span) = 0;
};

// `sample_ratio` of the traces that begin here are recorded. Null: none from now on. On the loop's
// thread, as Record.
void SetSpanSink(SpanSink* sink, double sample_ratio = 0);

// Whether anybody takes spans, and those of this trace.
bool IsTracing();
bool IsRecorded(const TraceContext& context);

// Decides whether a trace that nobody records so far is recorded from here on.
void Sample(TraceContext& context);

// Hands a span over that ends now. For spans whose trace IsRecorded.
void Record(Span span);

}  // namespace tamarack::telemetry
