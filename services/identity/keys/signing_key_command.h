// `tamarack-identity signing-keys …`: the life of the keys that sign tokens, by hand.
#pragma once

#include "platform/base/status.h"
#include "platform/redis/redis.h"
#include "services/identity/keys/signing_key_repository.h"

#include <string>
#include <vector>

namespace tamarack::identity {

inline constexpr char kSigningKeyUsage[] =
    "`signing-keys list`: the keys that sign tokens; `signing-keys rotate`: their successors sign; "
    "`signing-keys retire KID`: the successor of one does (--emergency: and the key is good for "
    "nothing from then on); for a KID that begins with a dash: `signing-keys retire -- KID`";

// `list`, `rotate` or `retire KID`, after the word `signing-keys`. Prints the keys as they are
// then. INVALID_ARGUMENT for other words.
AsyncStatus RunSigningKeyCommand(SigningKeyRepository& keys, redis::Client& redis,
                                 std::vector<std::string> arguments, bool is_emergency);

}  // namespace tamarack::identity
