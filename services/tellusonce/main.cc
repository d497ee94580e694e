#include "platform/crypto/seal.h"
#include "platform/curl/loop.h"
#include "platform/http/client.h"
#include "platform/pages/brand.h"
#include "platform/pages/pages.h"
#include "platform/service/shell.h"
#include "platform/webhooks/dispatcher.h"
#include "platform/webhooks/outbox.h"
#include "services/tellusonce/change_repository.h"
#include "services/tellusonce/change_service.h"
#include "services/tellusonce/delivery_repository.h"
#include "services/tellusonce/directory_sync.h"
#include "services/tellusonce/migrations.h"
#include "services/tellusonce/page_bundle.h"
#include "services/tellusonce/subscription_repository.h"
#include "services/tellusonce/subscription_service.h"

#include <absl/flags/flag.h>
#include <absl/strings/str_split.h>

#include <cstdio>
#include <cstdlib>

ABSL_FLAG(std::string, brand_file, "", "brand.json; empty: the neutral brand");
ABSL_FLAG(bool, webhook_allow_loopback, false, "let subscribers be on this machine: for sandboxes");
ABSL_FLAG(
    std::string, webhook_allowed_hosts, "",
    "host:port,… of subscribers that may have private addresses (they are refused otherwise)");
ABSL_FLAG(double, webhook_retry_scale, 1.0,
          "multiplies the gaps between attempts; below 1 in sandboxes");

namespace {

template <class T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
  std::exit(2);
}

tamarack::http::AddressPolicy SubscriberPolicy() {
  return {.allow_loopback = absl::GetFlag(FLAGS_webhook_allow_loopback),
          .allowed =
              absl::StrSplit(absl::GetFlag(FLAGS_webhook_allowed_hosts), ',', absl::SkipEmpty())};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tamarack;
  service::Shell shell(argc, argv, "tellusonce", tellusonce::Migrations());
  service::Peer peer(shell);
  auto change_sealer =
      OrExit(crypto::Sealer::FromSecret(shell.secret_key(), "tellusonce.person_key"));
  auto webhook_sealer = OrExit(crypto::Sealer::FromSecret(shell.secret_key(), "webhooks.seal"));

  webhooks::Outbox outbox(shell.database(), webhook_sealer, SubscriberPolicy());
  tellusonce::SubscriptionRepository subscriptions(shell.database());
  tellusonce::ChangeRepository changes(shell.database(), change_sealer, outbox);
  tellusonce::DeliveryRepository deliveries(shell.database(), changes);

  curl::Loop curl(shell.executor());
  http::ClientOptions http_options;
  http_options.policy = SubscriberPolicy();
  http::Client http(curl, http_options);
  webhooks::DispatcherOptions dispatcher_options;
  dispatcher_options.retry_scale = absl::GetFlag(FLAGS_webhook_retry_scale);
  dispatcher_options.registry = &shell.registry();
  webhooks::Dispatcher dispatcher(shell.executor(), shell.database(), http, webhook_sealer,
                                  dispatcher_options);
  tellusonce::DirectorySync sync(shell.executor(), changes, deliveries, peer.identity());
  dispatcher.Start();
  sync.Start();

  pages::Renderer renderer(
      tellusonce::PageBundle(), OrExit(pages::LoadBrand(absl::GetFlag(FLAGS_brand_file))),
      {.home = "/account", .nav = {{"NAV_ACCOUNT", "/account"}, {"NAV_ADDRESS", "/address"}}});
  auto change_service =
      tellusonce::MakeChangeService(peer.interceptor(), renderer, subscriptions, changes,
                                    peer.identity(), [&] { dispatcher.Wake(); });
  idempotency::Once once(shell.database(), webhook_sealer);
  auto subscription_service = tellusonce::MakeSubscriptionService(
      peer.interceptor(), subscriptions, deliveries, outbox, once, peer.identity());
  return shell.Run({change_service.get(), subscription_service.get()}, [&] {
    sync.Stop();
    dispatcher.Stop();
  });
}
