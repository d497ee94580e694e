#include "platform/tracing/otlp.h"

#include "platform/base/status.h"
#include "platform/telemetry/log.h"

#include <absl/strings/str_cat.h>

#include <chrono>
#include <utility>
#include <variant>

namespace tamarack::tracing {
namespace {

using telemetry::Attribute;
using telemetry::Span;

void AppendMember(std::string& out, std::string_view name, std::string_view text) {
  telemetry::AppendJsonString(out, name);
  out += ':';
  telemetry::AppendJsonString(out, text);
}

// protobuf's JSON has 64-bit numbers as strings.
std::string Nanoseconds(std::chrono::system_clock::time_point time) {
  auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  return std::to_string(since.count());
}

template <class Items, class Append>
void AppendList(std::string& out, std::string_view name, const Items& items, Append append) {
  if (items.empty()) return;
  absl::StrAppend(&out, ",\"", ToAbsl(name), "\":[");
  bool is_first = true;
  for (const auto& item : items) {
    if (!std::exchange(is_first, false)) out += ',';
    append(out, item);
  }
  out += ']';
}

void AppendAttribute(std::string& out, const Attribute& attribute) {
  out += '{';
  AppendMember(out, "key", attribute.key);
  out += ",\"value\":{";
  if (const auto* number = std::get_if<int64_t>(&attribute.value)) {
    AppendMember(out, "intValue", std::to_string(*number));
  } else {
    AppendMember(out, "stringValue", std::get<std::string>(attribute.value));
  }
  out += "}}";
}

void AppendIds(std::string& out, const telemetry::TraceContext& context) {
  AppendMember(out, "traceId", context.trace_id);
  out += ',';
  AppendMember(out, "spanId", context.span_id);
}

void AppendLink(std::string& out, const telemetry::TraceContext& context) {
  out += '{';
  AppendIds(out, context);
  out += '}';
}

void AppendSpan(std::string& out, const Span& span) {
  out += '{';
  AppendIds(out, span.context);
  out += ',';
  if (!span.parent_span_id.empty()) {
    AppendMember(out, "parentSpanId", span.parent_span_id);
    out += ',';
  }
  AppendMember(out, "name", span.name);
  absl::StrAppend(&out, ",\"kind\":", static_cast<int>(span.kind), ",");
  AppendMember(out, "startTimeUnixNano", Nanoseconds(span.start));
  out += ',';
  AppendMember(out, "endTimeUnixNano", Nanoseconds(span.end));
  AppendList(out, "attributes", span.attributes, AppendAttribute);
  AppendList(out, "links", span.links, AppendLink);
  if (span.is_error) out += ",\"status\":{\"code\":2}";
  out += '}';
}

}  // namespace

std::string EncodeSpans(const Resource& resource, std::span<const Span> spans) {
  const Attribute attributes[] = {{"service.namespace", "tamarack"},
                                  {"service.name", resource.service},
                                  {"service.version", resource.version},
                                  {"service.instance.id", resource.instance_id}};
  std::string out = R"({"resourceSpans":[{"resource":{"attributes":[)";
  for (const Attribute& attribute : attributes) {
    if (&attribute != attributes) out += ',';
    AppendAttribute(out, attribute);
  }
  out += R"(]},"scopeSpans":[{"scope":{"name":"tamarack"})";
  AppendList(out, "spans", spans, AppendSpan);
  out += "}]}]}";
  return out;
}

}  // namespace tamarack::tracing
