// What tellusonce makes with its keyring, by purpose.
#pragma once

#include "platform/keys/keyed_column.h"

namespace tamarack::tellusonce {

inline constexpr char kPersonKeySeal[] = "tellusonce.person_key";
inline constexpr char kWebhookSeal[] = "webhooks.seal";

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring);

}  // namespace tamarack::tellusonce
