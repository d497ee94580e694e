// Events as CloudEvents 1.0 in structured JSON: the body of a webhook.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <string>

namespace tamarack::webhooks {

inline constexpr char kCloudEventContentType[] = "application/cloudevents+json";

// An event as it was appended.
struct StoredEvent {
  std::string id;
  int64_t sequence = 0;
  std::string type;
  std::string source;
  std::string subject;
  absl::Time created_at;
  std::string data;  // JSON object text
};

// The same event always gives the same octets. `sequence` is padded so that it sorts as text, and
// `partitionkey` is the subject, as those two CloudEvents extensions want.
std::string CloudEventBody(const StoredEvent& event);

}  // namespace tamarack::webhooks
