// What identity makes with its keyring (keyring.h says how).
#pragma once

#include "platform/keys/keyed_column.h"

namespace tamarack::identity {

keys::KeyUses UsesOfKeys(const crypto::Keyring& ring);

}  // namespace tamarack::identity
