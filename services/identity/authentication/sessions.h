// Browser sessions, in Redis: losing them signs people out and nothing else.
#pragma once

#include "platform/auth/owner.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/redis/redis.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tamarack::identity {

inline constexpr char kSessionCookie[] = "__Host-tamarack-session";
// As pass_cookies hands it over.
inline constexpr char kSessionCookieKey[] = "__host-tamarack-session";

struct Session {
  // A hash of the cookie: goes into tokens, where the cookie itself must not.
  std::string id;
  std::string person_id;
  auth::Mode mode = auth::Mode::kLive;  // of the person
  std::string language;
  TimePoint auth_time;  // of the sign-in
};

// A session ends an hour after its last use, and 12 hours after the sign-in whatever happens.
class Sessions {
 public:
  Sessions(redis::Client& redis, Clock now) : redis_(redis), now_(std::move(now)) {}

  // Always a new id, so that one known before the sign-in is worth nothing. Returns the cookie's
  // value.
  Async<std::string> Create(std::string_view person_id, auth::Mode mode, std::string_view language);

  // nullopt when there is none or it has ended. Counts as a use.
  Async<std::optional<Session>> FindByCookie(std::string_view cookie);
  Async<std::optional<Session>> Find(std::string_view session_id);

  AsyncStatus End(std::string_view cookie);

 private:
  redis::Client& redis_;
  Clock now_;
};

}  // namespace tamarack::identity
