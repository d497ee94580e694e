#include "services/notify/key_uses.h"

#include "platform/idempotency/answer_repository.h"
#include "services/notify/notification_repository.h"

namespace tamarack::notify {

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring) {
  const crypto::Sealer sealer(ring, kContentSeal);
  return {.columns = {ContentColumn(sealer), idempotency::AnswersColumn({sealer})}};
}

}  // namespace tamarack::notify
