// `tamarack-identity signing-keys …`: the life of the keys that sign tokens, by hand.
#pragma once

#include "platform/base/status.h"
#include "platform/redis/redis.h"
#include "services/identity/signing_key_repository.h"

#include <string>
#include <vector>

namespace tamarack::identity {

// `list`, `rotate` or `retire KID`, after the word `signing-keys`. Prints the keys as they are
// then.
AsyncStatus RunSigningKeyCommand(SigningKeyRepository& keys, redis::Client& redis,
                                 std::vector<std::string> arguments, bool is_emergency);

}  // namespace tamarack::identity
