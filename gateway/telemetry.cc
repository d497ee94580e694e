#include "gateway/telemetry.h"

#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"
#include "platform/telemetry/span.h"

#include <absl/strings/str_cat.h>

namespace tamarack::gateway {

namespace {

// What befell the request, in words that a search finds: `rate_limited,replayed`.
std::string Flags(const Observation& observation, const http::Response& response) {
  std::string flags;
  auto add = [&](bool is_so, const char* flag) {
    if (is_so) absl::StrAppend(&flags, flags.empty() ? "" : ",", flag);
  };
  add(response.status == 429, "rate_limited");
  add(observation.is_shed, "shed");
  add(response.headers.Has("Idempotent-Replayed"), "replayed");
  add(observation.is_cancelled, "cancelled");
  add(observation.is_upstream_unavailable, "upstream_unavailable");
  return flags;
}

// The whole request's. Its path, query, addresses and user agent are somebody's.
telemetry::Span ServerSpan(const Visit& visit, const Observation& observation, int status) {
  const Route* route = observation.route;
  auto parent = telemetry::ParseTraceparent(visit.request.headers.Get("traceparent").value_or(""));
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - observation.start);
  telemetry::Span span{
      .context = visit.trace,
      .parent_span_id = parent ? parent->span_id : "",
      // Without a route a method may be any text.
      .name = route ? absl::StrCat(route->http_method, " ", route->path) : "HTTP",
      .kind = telemetry::SpanKind::kServer,
      .start = std::chrono::system_clock::now() - took,
      .attributes = {{"http.request.method", route ? route->http_method : "_OTHER"},
                     {"url.scheme", visit.origin.starts_with("https:") ? "https" : "http"},
                     {"http.response.status_code", int64_t{status}},
                     {"tamarack.request_id", visit.request_id}},
      .is_error = status >= 500};
  if (route) span.attributes.push_back({"http.route", route->path});
  return span;
}

}  // namespace

prometheus::Counter& Telemetry::Shed(api::v1::Priority priority) {
  auto& counter = shed_[priority];
  if (counter == nullptr) {
    const char* name = priority == api::v1::CRITICAL ? "critical"
                       : priority == api::v1::BULK   ? "bulk"
                                                     : "default";
    counter = &telemetry::Counter(registry_, "tamarack_gateway_shed_total",
                                  "Requests refused because their back end was overloaded",
                                  {{"priority", name}});
  }
  return *counter;
}

void Telemetry::Record(const Visit& visit, const Observation& observation,
                       const http::Response& response) {
  const Route* route = observation.route;
  static const std::string kNone = "none";
  const std::string& method = route ? route->method->full_name() : kNone;
  MethodMetrics& metrics = methods_[method];
  auto& counter = metrics.requests[response.status];
  if (counter == nullptr) {
    counter =
        &telemetry::Counter(registry_, "tamarack_gateway_requests_total", "Requests answered",
                            {{"method", method}, {"status", std::to_string(response.status)}});
  }
  counter->Increment();
  if (observation.is_shed && route != nullptr) Shed(route->policy.priority()).Increment();
  auto& duration = metrics.duration;
  if (duration == nullptr) {
    duration = &telemetry::DurationHistogram(registry_, "tamarack_gateway_request_duration_seconds",
                                             "Time to answer a request", {{"method", method}});
  }
  auto took = std::chrono::steady_clock::now() - observation.start;
  duration->Observe(std::chrono::duration<double>(took).count());

  if (telemetry::IsRecorded(visit.trace))
    telemetry::Record(ServerSpan(visit, observation, response.status));
  if (!telemetry::LogEnabled(telemetry::Level::kInfo)) return;
  size_t sent = response.shared_body ? response.shared_body->size()
                                     : response.body.size() + observation.bytes_streamed;
  const CallerPtr& caller = observation.admission.caller;
  telemetry::Log(
      response.status >= 500 ? telemetry::Level::kWarning : telemetry::Level::kInfo,
      visit.log_context(), "request",
      {{"http_method", route ? std::string_view(route->http_method) : std::string_view("other")},
       {"route", route ? std::string_view(route->path) : std::string_view("none")},
       {"rpc", method},
       {"status", response.status},
       {"ms", took},
       {"upstream_ms", observation.upstream},
       {"bytes_in", observation.bytes_received},
       {"bytes_out", sent},
       {"client_id", caller ? std::string_view(caller->principal.client_id) : ""},
       {"flags", Flags(observation, response)}});
}

}  // namespace tamarack::gateway
