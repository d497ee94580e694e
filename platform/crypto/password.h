// Passwords: Argon2id (RFC 9106) with m = 19 MiB, t = 2, p = 1, through libsodium.
#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tamarack::crypto {

// Longer passwords are refused before any work is done.
inline constexpr size_t kPasswordBytesMax = 1024;

// All three take tens of milliseconds of CPU: call them through runtime::Offload.

// The PHC string `$argon2id$v=19$m=19456,t=2,p=1$…`, with its own salt.
absl::StatusOr<std::string> HashPassword(std::string_view password);

// Compares in constant time. False also for a `hash` that is none.
bool VerifyPassword(std::string_view hash, std::string_view password);

// Takes as long as VerifyPassword: call it for unknown users, so that time tells nobody who exists.
void VerifyNoPassword(std::string_view password);

// True when `hash` was made with other parameters than today's: hash again after a good sign-in.
bool NeedsRehash(std::string_view hash);

}  // namespace tamarack::crypto
