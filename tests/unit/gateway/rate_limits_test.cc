// The arithmetic of limits and what callers are told, without Redis and with a clock of the test's.
#include "gateway/limits/rate_limits.h"

#include "gateway/limits/rate_limit_fields.h"
#include "tests/support/loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include <set>

namespace tamarack::gateway {
namespace {

constexpr int64_t kSecond = 1'000'000;
// 2026-01-01T23:59:00Z: a minute before the next day.
constexpr int64_t kNow = 1'767'311'940 * kSecond;

TEST_CASE("a bucket gives its burst at once, then its rate", "[gateway]") {
  RateClass figures{.per_second = 2, .burst = 3, .concurrent = 0};
  Bucket bucket;
  for (int i = 0; i < 3; ++i) CHECK(bucket.TakeHere(figures, kNow));
  CHECK_FALSE(bucket.TakeHere(figures, kNow));
  CHECK_FALSE(bucket.TakeHere(figures, kNow + kSecond / 2 - 1));
  CHECK(bucket.TakeHere(figures, kNow + kSecond / 2));
  CHECK_FALSE(bucket.TakeHere(figures, kNow + kSecond / 2));
  // However long the pause, no more than the burst has gathered.
  int64_t later = kNow + 1000 * kSecond;
  for (int i = 0; i < 3; ++i) CHECK(bucket.TakeHere(figures, later));
  CHECK_FALSE(bucket.TakeHere(figures, later));
}

TEST_CASE("a bucket counts each day apart", "[gateway]") {
  RateClass figures{.per_second = 1000, .burst = 1000, .per_day = 2, .concurrent = 0};
  Bucket bucket;
  CHECK(bucket.TakeHere(figures, kNow));
  CHECK(bucket.TakeHere(figures, kNow + 59 * kSecond));
  CHECK_FALSE(bucket.TakeHere(figures, kNow + 60 * kSecond - 1));
  CHECK(bucket.TakeHere(figures, kNow + 60 * kSecond));
}

TEST_CASE("a bucket has no more running than its cap", "[gateway]") {
  RateClass figures{.per_second = 1000, .burst = 1000, .concurrent = 2};
  Bucket bucket;
  CHECK(bucket.TakeHere(figures, kNow));
  CHECK(bucket.TakeHere(figures, kNow));
  CHECK_FALSE(bucket.TakeHere(figures, kNow));
  --bucket.running;
  CHECK(bucket.TakeHere(figures, kNow));
}

TEST_CASE("a reserve is dropped once it would have come back by itself", "[gateway]") {
  RateClass figures{.per_second = 1, .burst = 10, .per_day = 100, .concurrent = 0};
  Bucket bucket{.full_at = kNow + 4 * kSecond, .day = Bucket::DayOf(kNow), .used = 4, .reserve = 4};
  CHECK(bucket.Left(figures, kNow) == 10);
  CHECK(bucket.LeftToday(figures) == 100);
  bucket.Advance(kNow + 3 * kSecond);
  CHECK(bucket.Left(figures, kNow + 3 * kSecond) == 10);  // Never more than there can be.
  CHECK(bucket.TakeReserved(figures));
  bucket.Advance(kNow + 4 * kSecond);
  CHECK(bucket.reserve == 0);
  // What was not used does not count against the day.
  CHECK(bucket.LeftToday(figures) == 99);
  CHECK(bucket.Left(figures, kNow + 4 * kSecond) == 10);
}

TEST_CASE("the fields say what is allowed and what is left", "[gateway]") {
  RateClass figures{.per_second = 2, .burst = 100, .per_day = 1000, .concurrent = 5};
  CHECK(RateLimitPolicyField(figures) ==
        R"("burst";q=100;w=50, "daily";q=1000;w=86400, "concurrent";q=5;qu="concurrent-requests")");
  Bucket bucket;
  CHECK(bucket.TakeHere(figures, kNow));
  CHECK(RateLimitField(figures, bucket, kNow) == R"("burst";r=99;t=1, "daily";r=999;t=60)");
  figures = {.per_second = 0.5, .burst = 4, .per_day = 0, .concurrent = 0};
  CHECK(RateLimitPolicyField(figures) == R"("burst";q=4;w=8)");
  CHECK(RateLimitField(figures, Bucket{}, kNow) == R"("burst";r=4;t=0)");
}

TEST_CASE("a refusal names what was used up and says how long to wait", "[gateway]") {
  RateClass figures{.per_second = 0.1, .burst = 2, .per_day = 2, .concurrent = 2};
  Bucket bucket;
  CHECK(bucket.TakeHere(figures, kNow));
  CHECK(bucket.TakeHere(figures, kNow));
  CHECK_FALSE(bucket.TakeHere(figures, kNow + kSecond));
  auto violated = ViolatedPolicies(figures, bucket, kNow + kSecond);
  CHECK(violated == std::vector<std::string_view>{"burst", "daily", "concurrent"});
  Problem problem = QuotaExceeded(violated, figures, bucket, kNow + kSecond);
  CHECK(StatusOf(problem) == 429);
  CHECK(problem.headers.Get("Retry-After") == "59");
  CHECK(boost::json::serialize(problem.members) ==
        R"({"violated-policies":["burst","daily","concurrent"]})");
  Problem only_rate = QuotaExceeded({"burst"}, figures, bucket, kNow + kSecond);
  CHECK(only_rate.headers.Get("Retry-After") == "9");
}

TEST_CASE("a class that nobody configured has the figures of read or write", "[gateway]") {
  RateClasses classes;
  classes.Set("read", {.per_second = 1, .burst = 11});
  classes.Set("write", {.per_second = 1, .burst = 22});
  classes.Set("kites", {.per_second = 1, .burst = 33});
  CHECK(classes.Find("", true).name == "read");
  CHECK(classes.Find("", false).name == "write");
  CHECK(classes.Find("kites", true).figures.burst == 33);
  CHECK(classes.Find("unheard_of", true).name == "unheard_of");
  CHECK(classes.Find("unheard_of", true).figures.burst == 11);
  CHECK(classes.Find("unheard_of", false).figures.burst == 22);
}

TEST_CASE("an IPv6 caller is limited by network, an IPv4 caller by address", "[gateway]") {
  CHECK(NetworkOf("203.0.113.7") == "203.0.113.7");
  CHECK(NetworkOf("::ffff:203.0.113.7") == "203.0.113.7");
  CHECK(NetworkOf("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
  CHECK(NetworkOf("2001:db8:1:2::99") == NetworkOf("2001:db8:1:2:ffff::1"));
  CHECK(NetworkOf("2001:db8:1:3::99") != NetworkOf("2001:db8:1:2::99"));
  CHECK(NetworkOf("") == "");
}

TEST_CASE("without Redis each caller and class is limited here", "[gateway]") {
  testing::Loop loop;
  prometheus::Registry registry;
  TimePoint now = FromUnixMicros(kNow);
  RateLimitsOptions options;
  options.classes.Set("read", {.per_second = 1, .burst = 2, .concurrent = 0});
  options.now = [&] { return now; };
  RateLimits limits(loop.executor(), options, registry);
  auto is_admitted = [&](std::string_view caller, std::string_view rate_class) {
    return !loop.Await(limits.Admit(caller, rate_class, true)).refusal.has_value();
  };
  CHECK(is_admitted("a", "read"));
  CHECK(is_admitted("a", ""));
  CHECK_FALSE(is_admitted("a", "read"));
  CHECK(is_admitted("b", "read"));
  CHECK(is_admitted("a", "another"));
  now += std::chrono::seconds(1);
  CHECK(is_admitted("a", "read"));
  CHECK_FALSE(is_admitted("a", "read"));
}

TEST_CASE("a class without figures has those of reads for its reads, of writes for its writes",
          "[gateway]") {
  testing::Loop loop;
  prometheus::Registry registry;
  RateLimitsOptions options;
  options.classes.Set("read", {.per_second = 0.001, .burst = 2, .concurrent = 0});
  options.classes.Set("write", {.per_second = 0.001, .burst = 1, .concurrent = 0});
  options.now = [] { return FromUnixMicros(kNow); };
  for (bool reads_first : {true, false}) {
    RateLimits limits(loop.executor(), options, registry);
    int taken[2] = {};
    for (bool is_read : {reads_first, !reads_first}) {
      for (int i = 0; i < 3; ++i) {
        auto admission = loop.Await(limits.Admit("a", "bulk", is_read));
        taken[is_read] += admission.refusal ? 0 : 1;
      }
    }
    CHECK(taken[true] == 2);
    CHECK(taken[false] == 1);
  }
}

TEST_CASE("what was bad counts for the networks around, too", "[gateway]") {
  testing::Loop loop;
  prometheus::Registry registry;
  RateLimitsOptions options;
  options.classes.Set("bad", {.per_second = 0.001, .burst = 2, .concurrent = 0});
  options.now = [] { return FromUnixMicros(kNow); };
  RateLimits limits(loop.executor(), options, registry);
  auto charge = [&](std::string_view address) {
    int charged = 0;
    auto charge_one = [&]() -> boost::asio::awaitable<void> {
      co_await limits.Charge(address, "bad", true);
      ++charged;
    };
    for (int i = 0; i < 2; ++i)
      boost::asio::co_spawn(loop.io(), charge_one(), boost::asio::detached);
    loop.RunUntil([&] { return charged == 2; });
  };
  auto is_used_up = [&](std::string_view address) {
    return limits.UsedUp(address, "bad", true).has_value();
  };
  charge("2001:db8:1:0::1");
  CHECK(is_used_up("2001:db8:1:0::2"));
  CHECK_FALSE(is_used_up("2001:db8:1:1::1"));
  charge("2001:db8:1:1::1");  // the same /56, which may have twice as much
  CHECK(is_used_up("2001:db8:1:2::1"));
  CHECK_FALSE(is_used_up("2001:db8:1:100::1"));
  charge("2001:db8:1:100::1");  // the same /48, which may have three times as much
  CHECK(is_used_up("2001:db8:1:200::1"));
  CHECK_FALSE(is_used_up("2001:db8:2::1"));
  charge("192.0.2.1");
  CHECK(is_used_up("192.0.2.1"));
  CHECK_FALSE(is_used_up("192.0.2.2"));
}

TEST_CASE("the caller used longest ago is forgotten first", "[gateway]") {
  testing::Loop loop;
  prometheus::Registry registry;
  RateLimitsOptions options;
  options.classes.Set("read", {.per_second = 0.001, .burst = 1, .concurrent = 0});
  options.callers_max = 2;
  options.now = [] { return FromUnixMicros(kNow); };
  RateLimits limits(loop.executor(), options, registry);
  auto is_admitted = [&](std::string_view caller) {
    return !loop.Await(limits.Admit(caller, "read", true)).refusal.has_value();
  };
  CHECK(is_admitted("a"));
  CHECK(is_admitted("b"));
  CHECK_FALSE(is_admitted("a"));
  CHECK(is_admitted("c"));
  CHECK_FALSE(is_admitted("a"));
  CHECK(is_admitted("b"));
}

}  // namespace
}  // namespace tamarack::gateway
