#pragma once

#include "platform/base/clock.h"
#include "platform/http/message.h"
#include "tamarack/api/v1/policy.pb.h"

#include <absl/status/statusor.h>

#include <optional>

namespace tamarack::gateway {

// Where a method stands in its life, worked out once from its policy or its service's.
struct Lifecycle {
  // `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and their `Link`s, for every answer.
  http::Headers headers;
  // From then on calls are refused.
  std::optional<TimePoint> sunset;
};

// INVALID_ARGUMENT for what is no day, a sunset before or without the deprecation, and links that
// cannot stand in a header.
absl::StatusOr<Lifecycle> ReadLifecycle(const api::v1::Lifecycle& policy);

}  // namespace tamarack::gateway
