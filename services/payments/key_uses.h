// What payments makes with its keyring, by purpose.
#pragma once

#include "platform/keys/keyed_column.h"

namespace tamarack::payments {

inline constexpr char kPayerSeal[] = "payments.payer";
inline constexpr char kWebhookSeal[] = "payments.webhook";

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring);

}  // namespace tamarack::payments
