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
  std::string type;
  std::string source;
  std::string subject;
  absl::Time created_at;
  std::string data;  // JSON object text
};

// The same event always gives the same octets. `partitionkey` is the subject, as that CloudEvents
// extension wants.
std::string CloudEventBody(const StoredEvent& event);

}  // namespace tamarack::webhooks
