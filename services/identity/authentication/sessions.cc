#include "services/identity/authentication/sessions.h"

#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/json/strict.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr int64_t kIdleSeconds = 3600;
constexpr std::chrono::hours kAbsoluteAge{12};
// 256 random bits in base64url; anything longer never was ours.
constexpr size_t kCookieLength = 43;

std::string IdOf(std::string_view cookie) {
  return crypto::Base64UrlEncode(crypto::Sha256(cookie));
}

std::string RedisKey(std::string_view session_id) {
  return absl::StrCat("identity:session:", ToAbsl(session_id));
}

}  // namespace

Async<std::string> Sessions::Create(std::string_view person_id, auth::Mode mode,
                                    std::string_view language) {
  std::string cookie = crypto::RandomToken(32);
  boost::json::object session{
      {"person_id", boost::json::string_view(person_id.data(), person_id.size())},
      {"mode", std::string(auth::ModeName(mode))},
      {"language", boost::json::string_view(language.data(), language.size())},
      {"auth_time_micros", UnixMicros(now_())}};
  CO_RETURN_IF_ERROR((co_await redis_.Command("SET", RedisKey(IdOf(cookie)),
                                              boost::json::serialize(session), "EX", kIdleSeconds))
                         .status());
  co_return cookie;
}

Async<std::optional<Session>> Sessions::FindByCookie(std::string_view cookie) {
  if (cookie.size() != kCookieLength) co_return std::nullopt;
  co_return co_await Find(IdOf(cookie));
}

Async<std::optional<Session>> Sessions::Find(std::string_view session_id) {
  std::string key = RedisKey(session_id);
  CO_ASSIGN_OR_RETURN(auto reply, co_await redis_.Command("GETEX", key, "EX", kIdleSeconds));
  if (reply.IsNil()) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(auto stored, ParseStrictObject(reply.Text()));
  Session session{.id = std::string(session_id),
                  .person_id = std::string(StringMember(stored, "person_id")),
                  .mode = auth::ModeOf(StringMember(stored, "mode")),
                  .language = std::string(StringMember(stored, "language")),
                  .auth_time = {}};
  auto stored_time = [&](std::string_view name) {
    const auto* time = stored.if_contains(boost::json::string_view(name.data(), name.size()));
    return time != nullptr && time->is_int64() ? time->get_int64() : 0;
  };
  // The earlier release wrote seconds.
  session.auth_time = FromUnixMicros(
      std::max(stored_time("auth_time_micros"), stored_time("auth_time") * 1'000'000));
  if (now_() - session.auth_time < kAbsoluteAge) co_return session;
  CO_RETURN_IF_ERROR((co_await redis_.Command("DEL", key)).status());
  co_return std::nullopt;
}

AsyncStatus Sessions::End(std::string_view cookie) {
  co_return (co_await redis_.Command("DEL", RedisKey(IdOf(cookie)))).status();
}

}  // namespace tamarack::identity
