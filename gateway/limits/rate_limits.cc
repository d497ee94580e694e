#include "gateway/limits/rate_limits.h"

#include "gateway/limits/rate_limit_fields.h"
#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>

namespace tamarack::gateway {
namespace asio = boost::asio;

struct RateLimitsEntry {
  std::string key;        // In `entries`.
  std::string store_key;  // Made at the first use of the store.
  const RateClass* figures = nullptr;
  Bucket bucket;
  bool is_holder = false;
  std::list<std::shared_ptr<RateLimitsEntry>>::iterator recent;
};
using EntryPtr = std::shared_ptr<RateLimitsEntry>;

namespace {

// How often each holder of slots is looked at: renews its lease, gives back what it did not need.
constexpr int kLooksPerRound = 50;
constexpr auto kLookEvery = std::chrono::milliseconds(100);

std::string KeyOfNetwork(const std::string& network) {
  return "network\n" + network;
}

}  // namespace

class RateLimitsCore : public std::enable_shared_from_this<RateLimitsCore> {
 public:
  RateLimitsCore(asio::any_io_executor executor, RateLimitsOptions options,
                 prometheus::Registry& registry)
      : options_(std::move(options)), registry_(registry), look_(executor) {
    if (options_.store.address.empty()) return;
    store_ = std::make_shared<QuotaStore>(executor, options_.store, registry);
  }

  struct Class {
    std::string name;
    RateClass figures;
    std::string policy_field;
    std::map<std::string_view, prometheus::Counter*> refused;
  };
  // With so many times the figures.
  Class& ClassOf(std::string_view rate_class, bool is_read, int times = 1);
  EntryPtr Find(std::string_view caller, const Class& of);
  EntryPtr FindKnown(std::string_view caller, const Class& of);
  std::optional<bool> TakeAtOnce(RateLimitsEntry& entry) const;
  asio::awaitable<bool> Take(EntryPtr entry);
  asio::awaitable<bool> TakeSlot(EntryPtr entry);
  Problem Refuse(Class& of, const Bucket& bucket);
  void CountRefusal(Class& of, std::string_view policy);
  int64_t now() const { return UnixMicros(options_.now()); }

 private:
  AsyncStatus AskStore(RateLimitsEntry& entry);
  void Hold(const EntryPtr& entry);
  void Look();
  void ArmLook();

  RateLimitsOptions options_;
  prometheus::Registry& registry_;
  std::shared_ptr<QuotaStore> store_;
  std::map<int, std::map<std::string, Class, std::less<>>> classes_;  // By `times` and name.
  absl::flat_hash_map<std::string, EntryPtr> entries_;
  std::list<EntryPtr> recent_;  // The latest first.
  std::deque<EntryPtr> holders_;
  asio::steady_timer look_;
  bool is_looking_ = false;
};

RateLimitsCore::Class& RateLimitsCore::ClassOf(std::string_view rate_class, bool is_read,
                                               int times) {
  auto [name, figures, is_own] = options_.classes.Find(rate_class, is_read);
  auto& classes = classes_[times];
  // Without figures of its own its reads and writes count apart, each by theirs.
  std::string apart;
  if (!is_own) name = apart = absl::StrCat(ToAbsl(name), is_read ? ".read" : ".write");
  if (auto found = classes.find(name); found != classes.end()) return found->second;
  if (!is_own && times == 1) {
    telemetry::Log(telemetry::Level::kWarning, "rate class without figures",
                   {{"class", name}, {"figures_of", is_read ? "read" : "write"}});
  }
  RateClass own = figures.Times(times);
  Class made{std::string(name), own, RateLimitPolicyField(own), {}};
  return classes.emplace(std::string(name), std::move(made)).first->second;
}

EntryPtr RateLimitsCore::Find(std::string_view caller, const Class& of) {
  std::string key = absl::StrCat(of.name, "\n", ToAbsl(caller));
  if (auto found = entries_.find(key); found != entries_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second->recent);
    return found->second;
  }
  while (entries_.size() >= options_.callers_max) {
    entries_.erase(recent_.back()->key);
    recent_.pop_back();
  }
  auto entry = std::make_shared<RateLimitsEntry>();
  entry->key = key;
  entry->figures = &of.figures;
  recent_.push_front(entry);
  entry->recent = recent_.begin();
  entries_.emplace(std::move(key), entry);
  return entry;
}

EntryPtr RateLimitsCore::FindKnown(std::string_view caller, const Class& of) {
  auto found = entries_.find(absl::StrCat(of.name, "\n", ToAbsl(caller)));
  return found == entries_.end() ? nullptr : found->second;
}

// Nothing where the store must be asked.
std::optional<bool> RateLimitsCore::TakeAtOnce(RateLimitsEntry& entry) const {
  Bucket& bucket = entry.bucket;
  if (!store_ || !store_->is_up()) return bucket.TakeHere(*entry.figures, now());
  bucket.Advance(now());
  if (bucket.TakeReserved(*entry.figures, bucket.asking)) return true;
  return std::nullopt;
}

asio::awaitable<bool> RateLimitsCore::Take(EntryPtr entry) {
  Bucket& bucket = entry->bucket;
  const RateClass& figures = *entry->figures;
  // Twice, since what stood in the way may be gone when the store's answer comes.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (auto taken = TakeAtOnce(*entry)) co_return *taken;
    if (!(co_await AskStore(*entry)).ok()) break;
    if (bucket.held > 0) Hold(entry);
    if (bucket.TakeReserved(figures)) co_return true;
    if (!bucket.HasSlot(figures) || bucket.Left(figures, now()) == 0) co_return false;
  }
  // There is a store, or nothing had to be asked.
  if (store_->is_up()) co_return false;
  co_return bucket.TakeHere(figures, now());
}

asio::awaitable<bool> RateLimitsCore::TakeSlot(EntryPtr entry) {
  Bucket& bucket = entry->bucket;
  const RateClass& figures = *entry->figures;
  if (store_ && store_->is_up() && !bucket.HasSlot(figures, bucket.asking)) {
    if ((co_await AskStore(*entry)).ok() && bucket.held > 0) Hold(entry);
  }
  if (!store_ || !store_->is_up()) bucket.held = figures.concurrent;
  if (!bucket.HasSlot(figures)) co_return false;
  bucket.Start();
  co_return true;
}

AsyncStatus RateLimitsCore::AskStore(RateLimitsEntry& entry) {
  Bucket& bucket = entry.bucket;
  if (entry.store_key.empty()) {
    // What tells callers apart is no business of Redis.
    std::string digest = crypto::Sha256(entry.key).substr(0, 18);
    entry.store_key = absl::StrCat("limit:{", crypto::Base64UrlEncode(digest), "}");
  }
  int64_t unused_today = std::exchange(bucket.unused_today, 0);
  ++bucket.asking;
  QuotaStore::Ask ask{.key = entry.store_key,
                      .figures = *entry.figures,
                      .counted_alone = bucket.counted_alone,
                      .debt_us = bucket.Debt(now()),
                      .used = bucket.used,
                      .unused_today = unused_today,
                      .slots = bucket.running + bucket.asking,
                      .wants_requests = bucket.reserve < bucket.asking};
  auto grant = co_await store_->Take(std::move(ask));
  --bucket.asking;
  if (!grant.ok()) {
    bucket.unused_today += unused_today;
    co_return grant.status();
  }
  bucket.counted_alone = false;
  bucket.full_at = now() + grant->debt_us;
  bucket.day = grant->day;
  bucket.used = grant->used;
  bucket.held = grant->slots;
  bucket.reserve += grant->requests;
  co_return absl::OkStatus();
}

// Notes who holds slots.
void RateLimitsCore::Hold(const EntryPtr& entry) {
  if (std::exchange(entry->is_holder, true)) return;
  holders_.push_back(entry);
  ArmLook();
}

void RateLimitsCore::ArmLook() {
  if (std::exchange(is_looking_, true)) return;
  look_.expires_after(kLookEvery);
  look_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self) return;
    self->is_looking_ = false;
    self->Look();
    if (!self->holders_.empty()) self->ArmLook();
  });
}

void RateLimitsCore::Look() {
  size_t count = (holders_.size() + kLooksPerRound - 1) / kLooksPerRound;
  for (size_t i = 0; i < count; ++i) {
    EntryPtr entry = std::move(holders_.front());
    holders_.pop_front();
    Bucket& bucket = entry->bucket;
    if (bucket.asking == 0) {
      bucket.held = std::min(bucket.held, std::exchange(bucket.running_most, bucket.running));
      store_->Hold(entry->store_key, bucket.held);
      entry->is_holder = bucket.held > 0;
    }
    if (entry->is_holder) holders_.push_back(std::move(entry));
  }
}

void RateLimitsCore::CountRefusal(Class& of, std::string_view policy) {
  auto& counter = of.refused[policy];
  if (counter == nullptr) {
    counter = &telemetry::Counter(registry_, "tamarack_gateway_rate_limited_total",
                                  "Requests refused because the caller's quota was used up",
                                  {{"class", of.name}, {"policy", std::string(policy)}});
  }
  counter->Increment();
}

// The 429, counted.
Problem RateLimitsCore::Refuse(Class& of, const Bucket& bucket) {
  auto violated = ViolatedPolicies(of.figures, bucket, now());
  for (std::string_view policy : violated) CountRefusal(of, policy);
  return QuotaExceeded(violated, of.figures, bucket, now());
}

RateLimits::RateLimits(asio::any_io_executor executor, RateLimitsOptions options,
                       prometheus::Registry& registry)
    : core_(std::make_shared<RateLimitsCore>(executor, std::move(options), registry)) {}
RateLimits::~RateLimits() = default;

RateLimits::Slot::~Slot() {
  if (entry_) --entry_->bucket.running;
}

asio::awaitable<RateLimits::Admission> RateLimits::Admit(std::string_view caller,
                                                         std::string_view rate_class,
                                                         bool is_read) {
  auto core = core_;
  RateLimitsCore::Class& of = core->ClassOf(rate_class, is_read);
  EntryPtr entry = core->Find(caller, of);
  auto at_once = core->TakeAtOnce(*entry);  // Nearly always, and without a coroutine's frame.
  bool is_taken = at_once ? *at_once : co_await core->Take(entry);
  Admission admission;
  if (is_taken) {
    admission.slot = Slot(entry);
  } else {
    admission.refusal = core->Refuse(of, entry->bucket);
  }
  admission.headers.Add("RateLimit-Policy", of.policy_field);
  admission.headers.Add("RateLimit", RateLimitField(of.figures, entry->bucket, core->now()));
  co_return admission;
}

asio::awaitable<RateLimits::Admission> RateLimits::TakeSlot(std::string_view caller,
                                                            std::string_view rate_class,
                                                            bool is_read) {
  auto core = core_;
  RateLimitsCore::Class& of = core->ClassOf(rate_class, is_read);
  EntryPtr entry = core->Find(caller, of);
  Admission admission;
  if (co_await core->TakeSlot(entry)) {
    admission.slot = Slot(entry);
  } else {
    admission.refusal = core->Refuse(of, entry->bucket);
  }
  co_return admission;
}

std::optional<Problem> RateLimits::UsedUp(std::string_view address, std::string_view rate_class,
                                          bool is_read) {
  int times = 0;
  for (const std::string& network : NetworksOf(address)) {
    RateLimitsCore::Class& of = core_->ClassOf(rate_class, is_read, ++times);
    EntryPtr entry = core_->FindKnown(KeyOfNetwork(network), of);
    if (!entry) continue;
    int64_t now = core_->now();
    Bucket& bucket = entry->bucket;
    bucket.Advance(now);
    bool has_day = of.figures.per_day == 0 || bucket.LeftToday(of.figures) > 0;
    if (bucket.Left(of.figures, now) > 0 && has_day) continue;
    Problem problem = core_->Refuse(of, bucket);
    problem.headers.Add("RateLimit-Policy", of.policy_field);
    problem.headers.Add("RateLimit", RateLimitField(of.figures, bucket, now));
    return problem;
  }
  return std::nullopt;
}

asio::awaitable<void> RateLimits::Charge(std::string_view address, std::string_view rate_class,
                                         bool is_read) {
  auto core = core_;
  int times = 0;
  for (const std::string& network : NetworksOf(address)) {
    RateLimitsCore::Class& of = core->ClassOf(rate_class, is_read, ++times);
    EntryPtr entry = core->Find(KeyOfNetwork(network), of);
    if (co_await core->Take(entry)) Slot at_once(entry);
  }
}

std::string NetworkKey(std::string_view address) {
  return KeyOfNetwork(NetworkOf(address));
}

}  // namespace tamarack::gateway
