#include "gateway/request/visit.h"

#include "gateway/request/accept.h"
#include "platform/base/id.h"
#include "platform/base/status.h"
#include "platform/telemetry/span.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

// What W3C asks to be passed on at least; nothing of a longer one.
constexpr size_t kTraceStateLengthMax = 512;

std::string TraceState(const http::Request& request) {
  std::string state = request.headers.Join("tracestate");
  return state.size() <= kTraceStateLengthMax && IsMetadataSafe(state) ? state : "";
}

}  // namespace

Visit::Visit(const http::Request& received, const TrustedProxies& proxies)
    : request(received), path(received.target), request_id(NewUuid()) {
  if (size_t mark = path.find('?'); mark != std::string_view::npos) {
    query = path.substr(mark + 1);
    path = path.substr(0, mark);
  }
  language = NegotiateLanguage(received.headers.Join("accept-language"));
  // Whether or not anything is there: a page that is missing says so in its own language.
  if (path.starts_with("/en/")) language = Language::kEnglish;
  if (path.starts_with("/fr/")) language = Language::kFrench;
  auto parent = telemetry::ParseTraceparent(received.headers.Get("traceparent").value_or(""));
  trace = parent ? telemetry::ChildOf(*parent) : telemetry::NewTrace(/*sampled=*/false);
  telemetry::Sample(trace);
  if (parent) trace_state = TraceState(received);
  Origin client = proxies.OriginOf(received);
  client_address = std::move(client.address);
  is_insecure = client.is_insecure;
  wants_html = NamesMediaType(received.headers.Join("accept"), "text/html");
}

std::string_view Visit::Cookie(std::string_view name) const {
  for (std::string_view header : request.headers.GetAll("cookie")) {
    for (absl::string_view part : absl::StrSplit(ToAbsl(header), ';')) {
      std::string_view pair = ToStd(absl::StripAsciiWhitespace(part));
      size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name)
        return pair.substr(equals + 1);
    }
  }
  return {};
}

bool IsMetadataSafe(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace tamarack::gateway
