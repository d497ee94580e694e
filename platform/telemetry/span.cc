#include "platform/telemetry/span.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <utility>

namespace tamarack::telemetry {
namespace {

std::atomic<SpanSink*> sink_in_use = nullptr;
std::atomic<double> ratio_in_use = 0;

// The last 56 bits of a trace id, which are random, as a number between 0 and 1.
double PlaceOf(const TraceContext& context) {
  constexpr size_t kDigits = 14;
  uint64_t bits = 0;
  const char* end = context.trace_id.data() + context.trace_id.size();
  std::from_chars(end - kDigits, end, bits, 16);
  return static_cast<double>(bits) / static_cast<double>(uint64_t{1} << (4 * kDigits));
}

}  // namespace

void SetSpanSink(SpanSink* sink, double sample_ratio) {
  ratio_in_use = sample_ratio;
  sink_in_use.store(sink, std::memory_order_release);
}

bool IsTracing() {
  return sink_in_use.load(std::memory_order_relaxed) != nullptr;
}

bool IsRecorded(const TraceContext& context) {
  return IsTracing() && (context.flags & 1) != 0;
}

void Sample(TraceContext& context) {
  if (IsTracing() && PlaceOf(context) < ratio_in_use) context.flags |= 1;
}

void Record(Span span) {
  SpanSink* sink = sink_in_use.load(std::memory_order_acquire);
  if (sink == nullptr) return;
  span.end = std::max(span.start, std::chrono::system_clock::now());  // the clock may be set back
  sink->Take(std::move(span));
}

}  // namespace tamarack::telemetry
