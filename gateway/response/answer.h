#pragma once

#include "gateway/routing/route_table.h"
#include "platform/http/message.h"
#include "platform/telemetry/log.h"

#include <absl/status/status.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::gateway {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// What a service says about its HTTP answer in trailing metadata `x-tamarack-http-<header>`.
struct AnswerHints {
  int status = 0;           // 0: not said.
  http::Headers headers;    // From the allow-list only; values free of control characters.
  std::string form_action;  // More sources for the page's `form-action`.
};
AnswerHints ReadHints(const Metadata& trailing);

// Security headers that every answer gets, over whose defaults `response` wins for Cache-Control
// only. `form_action` is for pages (text/html); `is_https` says whether the public address is.
void AddSecurityHeaders(std::string_view form_action, bool is_https, http::Response& response);

// Prints a message of the route's answer, or its `response_body` field, as JSON. Logs what is wrong
// with it, a fault of the service; with `has_told_flaw`, what does not keep it from being printed
// only while that is false.
absl::Status PrintMessage(const Route& route, std::string_view wire, std::string& json,
                          const telemetry::LogContext& context, bool* has_told_flaw = nullptr);

// Members 1 and 2 of google.api.HttpBody; they borrow from `wire`.
struct HttpBody {
  std::string_view content_type;
  std::string_view data;
};
HttpBody ReadHttpBody(std::string_view wire);

// True for text/html, whatever its parameters.
bool IsHtml(const http::Response& response);

}  // namespace tamarack::gateway
