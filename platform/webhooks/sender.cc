#include "platform/webhooks/sender.h"

#include <absl/flags/flag.h>
#include <absl/strings/str_split.h>

ABSL_FLAG(bool, webhook_allow_loopback, false, "let subscribers be on this machine: for sandboxes");
ABSL_FLAG(
    std::string, webhook_allowed_hosts, "",
    "host:port,… of subscribers that may have private addresses (they are refused otherwise)");
ABSL_FLAG(double, webhook_retry_scale, 1.0,
          "multiplies the gaps between tries of a webhook; below 1 in sandboxes");

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
    : client_(curl, OptionsOfClient()),
      outbox_(pool, sealer, PolicyOfFlags()),
      dispatcher_(std::move(executor), pool, client_, sealer, OptionsOfDispatcher(registry)) {}

}  // namespace tamarack::webhooks
