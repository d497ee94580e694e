#include "platform/webhooks/cloud_event.h"

#include "platform/telemetry/log.h"

#include <string_view>

namespace tamarack::webhooks {
namespace {

void Member(std::string& out, std::string_view name, std::string_view value) {
  out += out.size() == 1 ? "" : ",";
  telemetry::AppendJsonString(out, name);
  out += ':';
  telemetry::AppendJsonString(out, value);
}

}  // namespace

std::string CloudEventBody(const StoredEvent& event) {
  std::string out = "{";
  Member(out, "specversion", "1.0");
  Member(out, "id", event.id);
  Member(out, "type", event.type);
  Member(out, "source", event.source);
  Member(out, "subject", event.subject);
  // To the second, and without the log's sequence: two subscribers told of one change must not find
  // out by comparing that they were told of the same.
  Member(out, "time",
         absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", event.created_at, absl::UTCTimeZone()));
  Member(out, "partitionkey", event.subject);
  Member(out, "datacontenttype", "application/json");
  // As it was appended: parsing it here would only risk to change it.
  out += ",\"data\":";
  out += event.data;
  out += '}';
  return out;
}

}  // namespace tamarack::webhooks
