#include "platform/webhooks/sender.h"

#include "platform/config/whole.h"
#include "platform/webhooks/delivery_repository.h"

#include <absl/flags/flag.h>
#include <absl/strings/str_split.h>

#include <cstdio>
#include <cstdlib>

ABSL_FLAG(bool, webhook_allow_loopback, false, "let subscribers be on this machine: for sandboxes");
ABSL_FLAG(
    std::string, webhook_allowed_hosts, "",
    "host:port,… of subscribers that may have private addresses (they are refused otherwise)");
ABSL_FLAG(double, webhook_retry_scale, 1.0,
          "multiplies the gaps between tries of a webhook; below 1 in sandboxes");
// The database keeps events for seven days itself: trigger event_is_kept.
using WebhookRetentionDays = tamarack::config::Whole<7, 36500>;
ABSL_FLAG(WebhookRetentionDays, webhook_retention_days, 90,
          "how long events are kept, and webhooks after they were delivered; parked ones stay");

namespace tamarack::webhooks {
namespace {

http::AddressPolicy PolicyOfFlags() {
  return {.allow_loopback = absl::GetFlag(FLAGS_webhook_allow_loopback),
          .allowed =
              absl::StrSplit(absl::GetFlag(FLAGS_webhook_allowed_hosts), ',', absl::SkipEmpty())};
}

http::ClientOptions OptionsOfClient() {
  http::ClientOptions options;
  options.policy = PolicyOfFlags();
  return options;
}

DispatcherOptions OptionsOfDispatcher(prometheus::Registry& registry) {
  DispatcherOptions options;
  options.retry_scale = absl::GetFlag(FLAGS_webhook_retry_scale);
  options.registry = &registry;
  return options;
}

}  // namespace

Sender::Sender(boost::asio::any_io_executor executor, curl::Multi& curl, pg::Pool& pool,
               const crypto::Sealer& sealer, prometheus::Registry& registry)
    : pool_(pool),
      client_(curl, OptionsOfClient()),
      outbox_(pool, sealer, PolicyOfFlags()),
      dispatcher_(std::move(executor), pool, client_, sealer, OptionsOfDispatcher(registry)) {
  double scale = absl::GetFlag(FLAGS_webhook_retry_scale);
  if (!(scale > 0 && scale <= 100)) {
    std::fprintf(stderr, "--webhook_retry_scale: more than 0, at most 100\n");
    std::exit(2);
  }
}

work::Sweep Sender::Forgetting() const {
  return {.name = "webhooks",
          .every = std::chrono::hours(1),
          .batch = [store = DeliveryRepository(pool_), after = int64_t{0},
                    days = int{absl::GetFlag(FLAGS_webhook_retention_days)}](int limit) mutable {
            return store.Forget(days, limit, after);
          }};
}

}  // namespace tamarack::webhooks
