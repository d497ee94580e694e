#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// W3C Trace Context (level 1): the `traceparent` header, read strictly and written as version 00.
namespace tamarack::telemetry {

struct TraceContext {
  std::string trace_id;  // 32 lower-case hex digits, never all zero.
  std::string span_id;   // 16 lower-case hex digits, never all zero: the header's parent-id.
  uint8_t flags = 0;     // Bit 0: sampled.
};

// nullopt for anything the specification calls invalid; then start a new trace. Of a higher version
// the first four fields are taken, as the specification asks.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

// A new trace with random ids.
TraceContext NewTrace(bool sampled = true);

// The same trace with a new span id.
TraceContext ChildOf(const TraceContext& parent);

// `00-<trace_id>-<span_id>-<flags>`.
std::string FormatTraceparent(const TraceContext& context);

}  // namespace tamarack::telemetry
