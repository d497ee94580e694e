#include "services/identity/attempts.h"

namespace tamarack::identity {
namespace {

constexpr size_t kLocalMax = 100'000;

// The window begins with the first try and is not prolonged by later ones.
constexpr redis::Script kAdd{R"lua(
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
  return count)lua"};

std::string RedisKey(const AttemptLimit& limit, const std::string& who) {
  return absl::StrCat("identity:attempts:", limit.name, ":", who);
}

}  // namespace

Attempts::Local& Attempts::LocalOf(const std::string& key, std::chrono::seconds window) {
  auto now = std::chrono::steady_clock::now();
  if (local_.size() >= kLocalMax)
    std::erase_if(local_, [&](const auto& entry) { return entry.second.ends <= now; });
  if (local_.size() >= kLocalMax) local_.clear();
  Local& local = local_[key];
  if (local.ends <= now) local = {0, now + window};
  return local;
}

boost::asio::awaitable<bool> Attempts::Take(const AttemptLimit& limit, const std::string& who) {
  std::string key = RedisKey(limit, who);
  auto reply = co_await redis_.Eval(kAdd, {key}, {std::to_string(limit.window.count())});
  if (reply.ok()) co_return reply->Int() <= limit.max;
  co_return ++LocalOf(key, limit.window).count <= limit.max;
}

boost::asio::awaitable<void> Attempts::Clear(const AttemptLimit& limit, const std::string& who) {
  std::string key = RedisKey(limit, who);
  local_.erase(key);
  (void)co_await redis_.Command("DEL", key);
}

}  // namespace tamarack::identity
