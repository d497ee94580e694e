// What notify makes with its keyring.
#pragma once

#include "platform/keys/keyed_column.h"

namespace tamarack::notify {

// Contents of notifications, and answers to repeated requests.
inline constexpr char kContentSeal[] = "notify.content";

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring);

}  // namespace tamarack::notify
