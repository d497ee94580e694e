#include "platform/config/flags.h"
#include "platform/config/whole.h"
#include "platform/crypto/seal.h"
#include "platform/curl/multi.h"
#include "platform/idempotency/answer_repository.h"
#include "platform/service/shell.h"
#include "platform/smtp/smtp.h"
#include "platform/text/email_address.h"
#include "services/notify/delivery_worker.h"
#include "services/notify/key_uses.h"
#include "services/notify/migrations.h"
#include "services/notify/notification_repository.h"
#include "services/notify/notification_service.h"
#include "services/notify/template_repository.h"
#include "services/notify/template_service.h"

#include <absl/flags/flag.h>

#include <cstdio>

ABSL_FLAG(std::string, smtp_url, "", "relay that takes the emails, smtp:// or smtps://");
ABSL_FLAG(std::string, smtp_username, "",
          "user at the relay, who is only named under TLS; empty: no authentication");
ABSL_FLAG(std::string, smtp_password_file, "", "file with the password at the relay");
ABSL_FLAG(bool, smtp_require_tls, false, "refuse relays without TLS and a good certificate");
ABSL_FLAG(std::string, smtp_ca_file, "",
          "PEM: who vouches for the relay; empty: the system's authorities");
ABSL_FLAG(tamarack::config::TimeoutSeconds, smtp_timeout_seconds, 20,
          "longest time for handing over one email");
ABSL_FLAG(std::string, from_name, "Government services", "name of the emails' sender");
ABSL_FLAG(std::string, from_address, "", "address of the emails' sender");
ABSL_FLAG(tamarack::config::RetentionDays, retention_days, 7,
          "how long addresses and texts are kept");
ABSL_FLAG(tamarack::config::RetentionDays, record_retention_days, 400,
          "how long is kept that an email was sent, and what became of it");

int main(int argc, char** argv) {
  using namespace tamarack;
  service::Shell shell(argc, argv, "notify", notify::Migrations(), notify::UsesOfKeys);
  config::RequireFlags({"client_secret_file", "secret_key_file", "smtp_url", "from_address"});
  service::Peer peer(shell);
  const crypto::Sealer sealer(shell.keyring(), notify::kContentSeal);

  notify::TemplateRepository templates(shell.database());
  notify::NotificationRepository notifications(shell.executor(), shell.database(), sealer);

  shell.AddReadyCheck({"notification_writer",
                       [&]() -> AsyncStatus { co_return notifications.writer_health(); },
                       /*is_hard=*/false});

  notify::DeliveryOptions delivery;
  delivery.smtp_url = absl::GetFlag(FLAGS_smtp_url);
  delivery.smtp_username = absl::GetFlag(FLAGS_smtp_username);
  // Else every email would fail for good.
  if (!smtp::IsRelayUrl(delivery.smtp_url)) {
    std::fprintf(stderr, "--smtp_url: must begin with smtp:// or smtps://\n");
    return 2;
  }
  if (!delivery.smtp_username.empty()) {
    config::RequireFlags({"smtp_password_file"});
    delivery.smtp_password = config::ReadSecretFileOrExit(absl::GetFlag(FLAGS_smtp_password_file));
  }
  delivery.require_tls = absl::GetFlag(FLAGS_smtp_require_tls);
  delivery.smtp_ca_file = absl::GetFlag(FLAGS_smtp_ca_file);
  delivery.smtp_timeout = std::chrono::seconds(int{absl::GetFlag(FLAGS_smtp_timeout_seconds)});
  delivery.from_name = absl::GetFlag(FLAGS_from_name);
  delivery.from_address = absl::GetFlag(FLAGS_from_address);
  if (!text::IsEmailAddress(delivery.from_address)) {
    std::fprintf(stderr, "--from_address: not an email address\n");
    return 2;
  }
  delivery.from_address = text::AsciiEmailAddress(delivery.from_address);
  delivery.message_id_domain = delivery.from_address.substr(delivery.from_address.find('@') + 1);
  delivery.retention_days = absl::GetFlag(FLAGS_retention_days);
  // A repeated request finds its notification for as long as its key is kept.
  const int record_days = absl::GetFlag(FLAGS_record_retention_days);
  if (record_days <= delivery.retention_days) {
    std::fprintf(stderr, "--record_retention_days: more than --retention_days\n");
    return 2;
  }

  curl::Multi curl(shell.executor());
  smtp::Client smtp(curl);
  notify::DeliveryWorker worker(shell.executor(), notifications, smtp, delivery, shell.registry());
  worker.Start();

  // As long as what they name can be read.
  idempotency::Once keys(shell.database(), sealer,
                         std::chrono::hours(24) * delivery.retention_days);
  shell.InBackground([&] { return keys.SealEarlier(); });
  auto notification_service = notify::MakeNotificationService(
      peer.interceptor(), templates, notifications, keys,
      {.public_url = shell.issuer(), .from_address = delivery.from_address, .on_accepted = [&] {
         worker.Wake();
       }});
  shell.Sweep(idempotency::Forgetting(shell.database()));
  shell.Sweep(notifications.Forgetting(record_days));
  idempotency::Once once(shell.database(), sealer);
  auto template_service =
      notify::MakeTemplateService(peer.interceptor(), templates, once, peer.identity());
  return shell.Run({notification_service.get(), template_service.get()}, [&] { worker.Stop(); });
}
