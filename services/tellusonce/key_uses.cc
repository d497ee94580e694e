#include "services/tellusonce/key_uses.h"

#include "platform/idempotency/answer_repository.h"
#include "platform/webhooks/outbox.h"
#include "services/tellusonce/change_repository.h"

namespace tamarack::tellusonce {

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring) {
  const crypto::Sealer webhooks(ring, kWebhookSeal);
  return {.columns = {PersonKeyColumn(crypto::Sealer(ring, kPersonKeySeal)),
                      webhooks::EndpointSecretColumn(webhooks),
                      idempotency::AnswersColumn({webhooks})}};
}

}  // namespace tamarack::tellusonce
