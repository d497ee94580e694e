#include "gateway/limits/quota_store.h"

#include "platform/base/id.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

namespace tamarack::gateway {
namespace asio = boost::asio;

namespace {

// KEYS: the counters (a hash of full_at, day, used), the slots (a hash of gateway → "count
// lease_end"). ARGV: interval, burst, debt, per_day, used, unused_today, wants_requests,
// concurrent, slots, gateway, lease, counted_alone, ahead_max; times in microseconds. By Redis'
// clock alone.
constexpr redis::Script kTake{R"lua(
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local per_day, cap = tonumber(ARGV[4]), tonumber(ARGV[8])
local state = redis.call('HMGET', KEYS[1], 'full_at', 'day', 'used')
local debt = math.max((tonumber(state[1]) or 0) - now, tonumber(ARGV[3]), 0)
debt = math.min(debt, burst * interval)
local left = math.floor((burst * interval - debt) / interval)

local day, used = math.floor(clock[1] / 86400), 0
if per_day > 0 then
  if tonumber(state[2]) == day then used = tonumber(state[3]) end
  if tonumber(state[2]) ~= day or ARGV[12] == '1' then used = math.max(used, tonumber(ARGV[5])) end
  used = math.max(0, used - tonumber(ARGV[6]))
  left = math.min(left, math.max(0, per_day - used))
end

local held = 0
if cap > 0 then
  local wanted, free = tonumber(ARGV[9]), cap
  local gateways = redis.call('HGETALL', KEYS[2])
  for i = 1, #gateways, 2 do
    local count, lease_end = string.match(gateways[i + 1], '(%d+) (%d+)')
    if gateways[i] == ARGV[10] then
      held = tonumber(count)
    elseif tonumber(lease_end) > now then
      free = free - tonumber(count)
    else
      redis.call('HDEL', KEYS[2], gateways[i])
    end
  end
  if wanted > held then held = math.min(free, wanted + math.floor((free - wanted) / 16)) end
  held = math.max(0, held)
  if held < wanted then left = 0 end
  redis.call('HSET', KEYS[2], ARGV[10], string.format('%d %.0f', held, now + ARGV[11]))
  redis.call('PEXPIRE', KEYS[2], math.floor(ARGV[11] / 1000))
end

local requests = 0
if ARGV[7] == '1' and left > 0 then
  requests = math.max(1, math.min(tonumber(ARGV[13]), math.floor(left / 16)))
  debt = debt + requests * interval
  used = used + requests
end
redis.call('HSET', KEYS[1], 'full_at', string.format('%.0f', now + debt), 'day', day, 'used', used)
local keep = math.ceil(debt / 1000)
if per_day > 0 then keep = math.max(keep, (86400 - clock[1] % 86400) * 1000) end
redis.call('PEXPIRE', KEYS[1], math.max(1, keep))
return {requests, debt, day, used, held})lua"};

// KEYS: the slots. ARGV: gateway, count, lease.
constexpr redis::Script kHold{R"lua(
if ARGV[2] == '0' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
local clock = redis.call('TIME')
local lease_end = clock[1] * 1000000 + clock[2] + ARGV[3]
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %.0f', ARGV[2], lease_end))
return redis.call('PEXPIRE', KEYS[1], math.floor(ARGV[3] / 1000)))lua"};

redis::ClientOptions ClientOptionsOf(const QuotaStoreOptions& options) {
  return {.connect_timeout = options.answer_timeout,
          .command_timeout = options.answer_timeout,
          .backoff_min = options.retry_every / 2,
          .backoff_max = options.retry_every,
          .username = options.username,
          .password_file = options.password_file};
}

std::string SlotsKey(const std::string& key) {
  return key + ":slots";
}

std::string LeaseMicros(const QuotaStoreOptions& options) {
  return std::to_string(std::chrono::microseconds(options.lease).count());
}

}  // namespace

QuotaStore::QuotaStore(asio::any_io_executor executor, QuotaStoreOptions options,
                       prometheus::Registry& registry)
    : options_(std::move(options)),
      redis_(executor, options_.address, ClientOptionsOf(options_)),
      gateway_id_(NewUuid()),
      retry_(executor),
      counts_alone_(telemetry::Gauge(registry, "tamarack_gateway_limiter_counts_alone",
                                     "1 while Redis is away and this process counts by itself")),
      tasks_(executor) {}

Async<QuotaStore::Grant> QuotaStore::Take(Ask ask) {
  auto self = shared_from_this();
  if (!is_up_) co_return absl::UnavailableError("the store is down");
  const RateClass& figures = ask.figures;
  std::vector<std::string> keys{ask.key, SlotsKey(ask.key)};
  std::vector<std::string> args{std::to_string(figures.interval_us()),
                                std::to_string(figures.burst),
                                std::to_string(ask.debt_us),
                                std::to_string(figures.per_day),
                                std::to_string(ask.used),
                                std::to_string(ask.unused_today),
                                ask.wants_requests ? "1" : "0",
                                std::to_string(figures.concurrent),
                                std::to_string(ask.slots),
                                gateway_id_,
                                LeaseMicros(options_),
                                ask.counted_alone ? "1" : "0",
                                std::to_string(figures.ahead_max())};
  auto reply = co_await redis_.Eval(kTake, std::move(keys), std::move(args));
  if (reply.ok() && reply->Items().size() != 5)
    reply = absl::InternalError("not the script's answer");
  if (!reply.ok()) {
    SetUp(false, ToStd(reply.status().message()));
    co_return reply.status();
  }
  const auto& items = reply->Items();
  co_return Grant{static_cast<int>(items[0].Int()), items[1].Int(), items[2].Int(), items[3].Int(),
                  static_cast<int>(items[4].Int())};
}

void QuotaStore::Hold(const std::string& key, int slots) {
  if (!is_up_) return;
  tasks_.Spawn([self = shared_from_this(), key, slots] { return self->HoldSlots(key, slots); });
}

asio::awaitable<void> QuotaStore::HoldSlots(std::string key, int slots) {
  auto reply = co_await redis_.Eval(kHold, {SlotsKey(key)},
                                    {gateway_id_, std::to_string(slots), LeaseMicros(options_)});
  if (!reply.ok()) SetUp(false, ToStd(reply.status().message()));
}

void QuotaStore::SetUp(bool is_up, std::string_view why) {
  if (std::exchange(is_up_, is_up) == is_up) return;
  counts_alone_.Set(is_up ? 0 : 1);
  if (is_up) {
    telemetry::Log(telemetry::Level::kInfo, "limits are counted in Redis again");
    return;
  }
  telemetry::Log(telemetry::Level::kWarning,
                 "Redis does not answer: each gateway counts limits by itself", {{"error", why}});
  Probe();
}

void QuotaStore::Probe() {
  retry_.expires_after(options_.retry_every);
  retry_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self) return;
    self->tasks_.Spawn([self] { return self->Ping(); });
  });
}

asio::awaitable<void> QuotaStore::Ping() {
  if ((co_await redis_.Ping()).ok()) {
    SetUp(true, "");
  } else {
    Probe();
  }
}

}  // namespace tamarack::gateway
