// What an attempt's answer means for its delivery. Pure.
#pragma once

#include "platform/http/client.h"
#include "platform/webhooks/event.h"
#include "platform/work/breaker.h"

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <optional>
#include <string>

namespace tamarack::webhooks {

// Attempts in all: one at once, then after each of 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24
// h.
inline constexpr int kAttemptsMax = 10;

// How long after the failure of attempt `attempt` (1 is the first) the next one is made;
// `jitter` in [-1, 1] moves it by up to 20 %, `scale` multiplies it. InfiniteDuration after the
// last.
absl::Duration RetryGap(int attempt, double jitter, double scale);

// How long an endpoint may be out of order before what waits for it is parked: as long as all
// attempts take.
absl::Duration OutageMax(double scale);

struct Verdict {
  DeliveryState state = DeliveryState::kPending;
  int status = 0;
  std::string error;  // "" when delivered; see Delivery::last_error
  absl::Duration retry_in = absl::ZeroDuration();
  // The endpoint asked for peace by Retry-After (429, 503): nothing goes there for this long.
  absl::Duration pause_endpoint = absl::ZeroDuration();
  // It answered 410 Gone.
  bool disable_endpoint = false;
  // False when nothing was sent: it counts as no attempt.
  bool is_attempt = true;
  // What the answer says of the endpoint; none when it is neither there nor away, but not to be
  // called as it is.
  std::optional<work::Contact> contact;
  // The endpoint is out of order: the attempt counts for nothing.
  bool is_outage = false;
};

// The attempt failed since its endpoint is out of order: it is made again, when that has ended.
void BecomeOutage(Verdict& verdict, double scale);

// The endpoint's secret cannot be opened: its key may be away, so what it signs waits without end.
Verdict WithoutSecret();

// 2xx is delivered, 410 disables the endpoint, all else fails this attempt, the last one parks.
Verdict Judge(const absl::StatusOr<http::ClientResponse>& answer, int attempt, double jitter,
              double scale, absl::Time now);

}  // namespace tamarack::webhooks
