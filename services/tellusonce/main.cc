#include "platform/config/flags.h"
#include "platform/crypto/seal.h"
#include "platform/curl/multi.h"
#include "platform/idempotency/answer_repository.h"
#include "platform/pages/brand.h"
#include "platform/pages/pages.h"
#include "platform/service/shell.h"
#include "platform/webhooks/sender.h"
#include "services/tellusonce/change_repository.h"
#include "services/tellusonce/change_service.h"
#include "services/tellusonce/delivery_repository.h"
#include "services/tellusonce/directory_sync.h"
#include "services/tellusonce/key_uses.h"
#include "services/tellusonce/migrations.h"
#include "services/tellusonce/page_bundle.h"
#include "services/tellusonce/subscription_repository.h"
#include "services/tellusonce/subscription_service.h"

#include <absl/flags/flag.h>

ABSL_FLAG(std::string, brand_file, "", "brand.json; empty: the neutral brand");

int main(int argc, char** argv) {
  using namespace tamarack;
  service::Shell shell(argc, argv, "tellusonce", tellusonce::Migrations(), tellusonce::UsesOfKeys);
  config::RequireFlags({"client_secret_file", "secret_key_file"});
  service::Peer peer(shell);
  const crypto::Sealer change_sealer(shell.keyring(), tellusonce::kPersonKeySeal);
  const crypto::Sealer webhook_sealer(shell.keyring(), tellusonce::kWebhookSeal);

  curl::Multi curl(shell.executor());
  webhooks::Sender sender(shell.executor(), curl, shell.database(), webhook_sealer,
                          shell.registry());
  tellusonce::SubscriptionRepository subscriptions(shell.database());
  tellusonce::ChangeRepository changes(shell.database(), change_sealer, sender.outbox());
  tellusonce::DeliveryRepository deliveries(shell.database(), changes);

  tellusonce::DirectorySync sync(shell.executor(), changes, deliveries, peer.identity(),
                                 shell.registry());
  sender.dispatcher().Start();
  sync.Start();

  pages::Renderer renderer(
      tellusonce::PageBundle(), config::OrExit(pages::LoadBrand(absl::GetFlag(FLAGS_brand_file))),
      {.home = "/account", .nav = {{"NAV_ACCOUNT", "/account"}, {"NAV_ADDRESS", "/address"}}});
  auto change_service =
      tellusonce::MakeChangeService(peer.interceptor(), renderer, subscriptions, changes,
                                    peer.identity(), [&] { sender.dispatcher().Wake(); });
  shell.Sweep(idempotency::Forgetting(shell.database()));
  shell.Sweep(sender.Forgetting());
  idempotency::Once once(shell.database(), webhook_sealer);
  auto subscription_service = tellusonce::MakeSubscriptionService(
      peer.interceptor(), subscriptions, deliveries, sender.outbox(), once, peer.identity());
  return shell.Run({change_service.get(), subscription_service.get()},
                   [&] { work::StopAll(sync, sender.dispatcher()); });
}
