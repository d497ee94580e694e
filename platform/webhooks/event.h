// Events and their delivery, as every service that publishes them sees them.
#pragma once

#include "platform/auth/owner.h"

#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tamarack::webhooks {

// Something that happened, published as a CloudEvent 1.0. Carries no identifier that two ministries
// share: an event for two of them is two events, each with its own subject.
struct Event {
  // UUID; made when empty. Also the webhook-id.
  std::string id;
  // Such as "ca.tamarack.payments.payment.captured.v1".
  std::string type;
  // URI reference of the publishing service, such as "/payments".
  std::string source;
  // What it is about, and the key of order: of one subject, an endpoint gets event n+1 only when n
  // is delivered or parked.
  std::string subject;
  // Whose endpoints get it: usually a service's or a subscription's, of one mode.
  auth::Owner owner;
  // JSON object text.
  std::string data;
};

// A subscriber's address. Its secret is kept sealed and shown only when it is made.
struct Endpoint {
  std::string id;
  auth::Owner owner;
  std::string url;
  // Event types wanted; empty means all.
  std::vector<std::string> event_types;
  bool enabled = true;
  // Why it was disabled, such as "gone" (it answered 410).
  std::string disabled_reason;
};

enum class DeliveryState { kPending = 1, kDelivered = 2, kParked = 3 };

// One event on its way to one endpoint.
struct Delivery {
  int64_t id = 0;
  std::string event_id;
  std::string event_type;
  std::string subject;
  std::string endpoint_id;
  DeliveryState state = DeliveryState::kPending;
  int attempts = 0;
  // HTTP status of the last attempt (0: no answer) and class of its failure ("" when it succeeded):
  // timeout, connect, bad_response, response_too_large, refused_address, bad_endpoint, http,
  // redirect, gone, endpoint_disabled, endpoint_out_of_order, unreadable_secret (no attempt was
  // made).
  int last_status = 0;
  std::string last_error;
  absl::Time created_at;
  // When it was delivered or parked; InfiniteFuture while pending.
  absl::Time finished_at = absl::InfiniteFuture();
  // When the next attempt is due; InfiniteFuture while it waits for an earlier one, or is finished.
  absl::Time due_at = absl::InfiniteFuture();
};

// One try. Bodies are never kept.
struct Attempt {
  absl::Time started_at;
  int duration_ms = 0;
  int status = 0;
  std::string error;
};

}  // namespace tamarack::webhooks
