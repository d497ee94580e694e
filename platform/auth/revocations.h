// How processes learn at once that something was revoked: a message on a channel of Redis.
#pragma once

namespace tamarack::auth {

// A message says no more than that something was: whoever remembers an answer of identity's asks
// again before using it. So a false one does no harm, and a lost one little: what is remembered is
// also asked for again by itself, within 10 s, with Redis or without.
inline constexpr char kRevocationChannel[] = "tamarack:revoked";

}  // namespace tamarack::auth
