#include "services/payments/key_uses.h"

#include "platform/idempotency/answer_repository.h"
#include "platform/webhooks/outbox.h"
#include "services/payments/payer_access.h"
#include "services/payments/payment_repository.h"

namespace tamarack::payments {

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring) {
  const crypto::Sealer payers(ring, kPayerSeal);
  const crypto::Sealer webhooks(ring, kWebhookSeal);
  return {.columns = {PayerColumn(payers), webhooks::EndpointSecretColumn(webhooks),
                      idempotency::AnswersColumn({payers, webhooks})},
          .outlives = std::chrono::seconds(kLinkSeconds)};
}

}  // namespace tamarack::payments
