#pragma once

#include "gateway/request/forwarded.h"
#include "gateway/request/messages.h"
#include "platform/http/message.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/trace.h"

#include <string>
#include <string_view>

namespace tamarack::gateway {

// What is known about one request from its head alone.
struct Visit {
  Visit(const http::Request& received, const TrustedProxies& proxies);

  const http::Request& request;
  // The origin of ours that it was sent to: the public one or that of a plug-in's pages.
  std::string_view origin = {};
  std::string_view path;   // Raw, without the query.
  std::string_view query;  // Without the question mark.
  Language language;       // The path's, else by Accept-Language.
  std::string request_id;
  telemetry::TraceContext trace;
  std::string trace_state;  // `tracestate` as it came with the trace; may be empty.
  std::string client_address;
  bool is_insecure;  // The client spoke plain HTTP to a trusted proxy.
  bool wants_html;   // A browser: text/html is named in Accept.

  std::string_view language_tag() const { return language == Language::kFrench ? "fr" : "en"; }
  telemetry::LogContext log_context() const { return {request_id, trace.trace_id}; }
  bool is_safe() const {
    return request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  }
  // The first cookie of this name; empty when there is none.
  std::string_view Cookie(std::string_view name) const;
};

// Visible ASCII and spaces: what may travel as gRPC metadata or in a header.
bool IsMetadataSafe(std::string_view value);

}  // namespace tamarack::gateway
