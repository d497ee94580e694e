#include "services/identity/authentication/attempts.h"

namespace tamarack::identity {
namespace {

constexpr size_t kLocalMax = 100'000;

// The window begins with the first try and is not prolonged by later ones.
constexpr redis::Script kAdd{R"lua(
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
  return count)lua"};

constexpr redis::Script kGiveBack{R"lua(
  if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('DECR', KEYS[1]) end
  return 0)lua"};

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

boost::asio::awaitable<void> Attempts::GiveBack(const AttemptLimit& limit, const std::string& who) {
  std::string key = RedisKey(limit, who);
  if (auto local = local_.find(key); local != local_.end()) --local->second.count;
  (void)co_await redis_.Eval(kGiveBack, {key});
}

// The narrowest first, so that what is refused by one takes nothing from the wider; what a wider
// one refuses is given back.
boost::asio::awaitable<bool> Attempts::TakeCode(const CodeBudget& budget,
                                                const std::string& email_index,
                                                const std::string& network) {
  std::string pair = absl::StrCat(email_index, ":", network);
  if (!co_await Take(budget.of_pair, pair)) co_return false;
  if (co_await Take(kCodesOfNetwork, network)) {
    if (co_await Take(budget.of_address, email_index)) co_return true;
    co_await GiveBack(kCodesOfNetwork, network);
  }
  co_await GiveBack(budget.of_pair, pair);
  co_return false;
}

boost::asio::awaitable<void> Attempts::GiveCodeBack(const CodeBudget& budget,
                                                    const std::string& email_index,
                                                    const std::string& network) {
  co_await GiveBack(budget.of_pair, absl::StrCat(email_index, ":", network));
  co_await GiveBack(kCodesOfNetwork, network);
  co_await GiveBack(budget.of_address, email_index);
}

}  // namespace tamarack::identity
