#include "platform/config/flags.h"
#include "platform/crypto/seal.h"
#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/idempotency/answer_repository.h"
#include "platform/pages/pages.h"
#include "platform/service/shell.h"
#include "platform/webhooks/sender.h"
#include "services/payments/card_page_service.h"
#include "services/payments/key_uses.h"
#include "services/payments/ledger_audit.h"
#include "services/payments/ledger_service.h"
#include "services/payments/migrations.h"
#include "services/payments/page_bundle.h"
#include "services/payments/payment_service.h"
#include "services/payments/processors/sandbox.h"
#include "services/payments/webhook_service.h"
#include "services/payments/workers.h"

#include <absl/flags/flag.h>

ABSL_FLAG(std::string, processor_url, "http://127.0.0.1:8110", "URL of the sandbox card processor");
ABSL_FLAG(int, processor_timeout_ms, 10000, "longest wait for an answer of the card processor");
ABSL_FLAG(std::string, public_url, "",
          "where people and services reach the platform; empty: --issuer");
ABSL_FLAG(int, expire_after_seconds, 90 * 60, "age at which an unfinished payment expires");
ABSL_FLAG(std::string, brand_file, "", "brand.json; empty: the neutral brand");

int main(int argc, char** argv) {
  using namespace tamarack;
  service::Shell shell(argc, argv, "payments", payments::Migrations(), payments::UsesOfKeys);
  config::RequireFlags({"client_secret_file", "secret_key_file"});
  service::Peer peer(shell);
  auto timeout = std::chrono::milliseconds(absl::GetFlag(FLAGS_processor_timeout_ms));
  std::string public_url =
      absl::GetFlag(FLAGS_public_url).empty() ? shell.issuer() : absl::GetFlag(FLAGS_public_url);

  const crypto::Sealer payer_sealer(shell.keyring(), payments::kPayerSeal);
  const crypto::Sealer webhook_sealer(shell.keyring(), payments::kWebhookSeal);
  pages::Renderer renderer(payments::PageBundle(),
                           config::OrExit(pages::LoadBrand(absl::GetFlag(FLAGS_brand_file))),
                           {.home = "/account", .nav = {}});

  curl::Multi curl(shell.executor());
  http::ClientOptions processor_options;
  processor_options.policy.allow_private = true;
  http::Client processor_client(curl, processor_options);
  payments::SandboxProcessor processor(processor_client, absl::GetFlag(FLAGS_processor_url),
                                       timeout, shell.registry());

  webhooks::Sender sender(shell.executor(), curl, shell.database(), webhook_sealer,
                          shell.registry());

  payments::PaymentMetrics metrics(shell.registry());
  payments::PayerAccess access(shell.keyring(), SystemClock());
  payments::PaymentRepository repository(shell.executor(), shell.database(), payer_sealer);
  shell.AddReadyCheck({"payment_writer",
                       [&]() -> AsyncStatus { co_return repository.writer_health(); },
                       /*is_hard=*/false});
  payments::MoveRepository move_repository(shell.database());
  std::function<void()> wake = [] {};
  payments::PaymentMoves moves(shell.database(), payer_sealer, sender.outbox(), metrics,
                               [&wake] { wake(); });
  payments::Workers workers(
      shell.executor(), move_repository, moves, processor, metrics,
      {.expire_after = std::chrono::seconds(absl::GetFlag(FLAGS_expire_after_seconds))});
  wake = [&] {
    workers.Wake();
    sender.dispatcher().Wake();
  };

  idempotency::Once keys(shell.database(), payer_sealer, payments::kKeysKept);
  auto payment_service = payments::MakePaymentService(peer.interceptor(), repository, moves, access,
                                                      keys, metrics, {.base = public_url});
  auto card_pages = payments::MakeCardPageService(
      peer.interceptor(), renderer, repository, moves, processor, access, metrics,
      {.check_after = timeout + std::chrono::seconds(5)});
  auto ledger = payments::MakeLedgerService(peer.interceptor(), shell.database());
  idempotency::Once once(shell.database(), webhook_sealer);
  auto webhook_service =
      payments::MakeWebhookService(peer.interceptor(), sender.outbox(), once, peer.identity());

  shell.InBackground([&] { return keys.SealEarlier(); });
  auto auditing = shell.ReserveConnection("ledger-audit", std::chrono::minutes(10));
  shell.InBackground([&] { return payments::AuditLedger(*auditing, shell.registry()); });
  shell.Sweep(idempotency::Forgetting(shell.database()));
  shell.Sweep(sender.Forgetting());
  shell.Sweep(move_repository.Forgetting());
  shell.Sweep(repository.ForgettingLinks());
  workers.Start();
  sender.dispatcher().Start();
  return shell.Run({payment_service.get(), card_pages.get(), ledger.get(), webhook_service.get()},
                   [&] { work::StopAll(workers, sender.dispatcher()); });
}
