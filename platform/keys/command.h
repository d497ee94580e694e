#pragma once

#include "platform/keys/keyed_column.h"

#include <functional>
#include <span>
#include <string>

namespace tamarack::keys {

inline constexpr char kCommandUsage[] =
    "`keys list`: the keyring's versions and the rows made with each; `keys check`: opens every "
    "row "
    "with it, as after a restore; `keys rotate`: another version, "
    "used in ten minutes, when all processes have read it (--now: at once); `keys retire VERSION`: "
    "takes out one that is used no more, refused for ten minutes after that and while anything of "
    "it is left";

struct CommandOptions {
  std::string keyring_file;
  std::string pg_dsn;
  bool is_now = false;
};

// Runs `keys …`, whose words follow `keys`, and prints what came of it. Returns main's status: 0, 1
// when it was refused or failed, 2 for words that are none.
int RunCommand(std::span<const std::string> words, const CommandOptions& options,
               const std::function<KeyUses(const crypto::Keyring&)>& uses);

}  // namespace tamarack::keys
