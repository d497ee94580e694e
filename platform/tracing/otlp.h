// Spans as OTLP's JSON: what is POSTed to /v1/traces.
#pragma once

#include "platform/telemetry/span.h"

#include <span>
#include <string>

namespace tamarack::tracing {

// Which process it was.
struct Resource {
  std::string service;  // As in its logs: `payments`.
  std::string version;
  std::string instance_id;
};

std::string EncodeSpans(const Resource& resource, std::span<const telemetry::Span> spans);

}  // namespace tamarack::tracing
