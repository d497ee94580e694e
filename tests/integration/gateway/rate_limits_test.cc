// Limits that several gateways share, against a real Redis, and through the gateway.
#include "gateway/limits/rate_limits.h"

#include "limited.h"

#include <boost/asio/detached.hpp>

#include <atomic>
#include <random>
#include <set>
#include <vector>

namespace tamarack::gateway {
namespace {

struct Store {
  testing::Loop loop;
  prometheus::Registry registry;
  redis::Client redis{loop.executor(), testing::RedisAddress()};

  Store() { REQUIRE(loop.Await(redis.Command("FLUSHALL")).ok()); }

  RateLimitsOptions Options(const RateClass& figures) const {
    RateLimitsOptions options;
    options.classes.Set("read", figures);
    options.store.address = testing::RedisAddress();
    options.store.answer_timeout = std::chrono::milliseconds(500);
    options.store.retry_every = std::chrono::milliseconds(20);
    return options;
  }
  RateLimits::Admission Admit(RateLimits& limits, std::string_view caller = "a") {
    return loop.Await(limits.Admit(caller, "read", true));
  }
  bool IsAdmitted(RateLimits& limits) { return !Admit(limits).refusal.has_value(); }

  // 32 at once ask these gateways in turn until each has been refused; how many got through.
  int Exhaust(const std::vector<RateLimits*>& gateways) {
    int admitted = 0, ended = 0;
    auto ask = [&](RateLimits& limits) -> asio::awaitable<void> {
      while (!(co_await limits.Admit("a", "read", true)).refusal) ++admitted;
      ++ended;
    };
    for (int i = 0; i < 32; ++i)
      asio::co_spawn(loop.io(), ask(*gateways[static_cast<size_t>(i) % gateways.size()]),
                     asio::detached);
    loop.RunUntil([&] { return ended == 32; });
    return admitted;
  }
  double Metric(const std::string& name) {
    for (const auto& family : registry.Collect()) {
      if (family.name == name) return family.metric.at(0).gauge.value;
    }
    return -1;
  }
};

TEST_CASE_METHOD(Store, "limits: 32 at once get exactly the burst", "[gateway]") {
  auto burst = GENERATE(1, 7, 100, 1000);
  RateLimits limits(loop.executor(), Options({.per_second = kNever, .burst = burst}), registry);
  CHECK(Exhaust({&limits}) == burst);
  CHECK_FALSE(IsAdmitted(limits));
  CHECK(IsAdmitted(limits) == false);
}

TEST_CASE_METHOD(Store, "limits: two gateways together get exactly the burst", "[gateway]") {
  auto options = Options({.per_second = kNever, .burst = 500});
  RateLimits one(loop.executor(), options, registry), two(loop.executor(), options, registry);
  CHECK(Exhaust({&one, &two}) == 500);
}

TEST_CASE_METHOD(Store, "limits: two gateways together get exactly the daily quota", "[gateway]") {
  auto options = Options({.per_second = 1e6, .burst = 1'000'000, .per_day = 123});
  RateLimits one(loop.executor(), options, registry), two(loop.executor(), options, registry);
  CHECK(Exhaust({&one, &two}) == 123);
  auto refused = Admit(one);
  REQUIRE(refused.refusal);
  CHECK(boost::json::serialize(refused.refusal->members) == R"({"violated-policies":["daily"]})");
}

TEST_CASE_METHOD(Store, "limits: what is left is told exactly, one by one", "[gateway]") {
  RateLimits limits(loop.executor(), Options({.per_second = kNever, .burst = 50, .concurrent = 0}),
                    registry);
  for (int left = 49; left >= 0; --left) {
    auto field = std::string(*Admit(limits).headers.Get("RateLimit"));
    INFO(field);
    CHECK(field.starts_with("\"burst\";r=" + std::to_string(left) + ";t="));
  }
  auto refused = Admit(limits);
  REQUIRE(refused.refusal);
  CHECK(refused.headers.Get("RateLimit")->starts_with("\"burst\";r=0;"));
  CHECK(refused.headers.Get("RateLimit-Policy") == "\"burst\";q=50;w=50000");
}

TEST_CASE_METHOD(Store, "limits: gateways together run no more requests than the cap",
                 "[gateway]") {
  auto options = Options({.per_second = 1e6, .burst = 1'000'000, .concurrent = 3});
  RateLimits one(loop.executor(), options, registry), two(loop.executor(), options, registry);
  std::vector<RateLimits::Admission> running;
  running.push_back(Admit(one));
  running.push_back(Admit(two));
  running.push_back(Admit(two));
  for (const auto& admission : running) CHECK_FALSE(admission.refusal);
  auto refused = Admit(one);
  REQUIRE(refused.refusal);
  CHECK(boost::json::serialize(refused.refusal->members) ==
        R"({"violated-policies":["concurrent"]})");
  running.pop_back();
  // The slot is the second gateway's until it has given it back.
  CHECK(IsAdmitted(two));
  loop.RunUntil([&] { return IsAdmitted(one); });
}

TEST_CASE_METHOD(Store, "limits: newcomers take nothing that others wait for", "[gateway]") {
  auto options = Options({.per_second = 1000, .burst = 1'000'000, .concurrent = 32});
  RateLimits limits(loop.executor(), options, registry);
  int refused = 0, ended = 0;
  std::minstd_rand random(1);
  auto pass = [&](unsigned turns_max) -> asio::awaitable<void> {
    for (unsigned turns = random() % turns_max; turns > 0; --turns)
      co_await asio::post(asio::use_awaitable);
  };
  auto ask = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < 200; ++i) {
      auto admission = co_await limits.Admit("a", "read", true);
      if (admission.refusal) ++refused;
      co_await pass(20);
      admission = {};
      co_await pass(5);
      if (i % 20 < 19) continue;
      asio::steady_timer pause(loop.executor(),
                               std::chrono::milliseconds(250));  // gives slots back
      co_await pause.async_wait(asio::use_awaitable);
    }
    ++ended;
  };
  for (int caller = 0; caller < 32; ++caller) asio::co_spawn(loop.io(), ask(), asio::detached);
  loop.RunUntil([&] { return ended == 32; });
  CHECK(refused == 0);
}

TEST_CASE_METHOD(Store, "limits: the slots of a gateway that was killed come free", "[gateway]") {
  auto options = Options({.per_second = 1e6, .burst = 1'000'000, .concurrent = 2});
  options.store.lease = std::chrono::seconds(2);
  testing::Loop killed_loop;  // Runs no more once both slots are taken.
  RateLimits killed(killed_loop.executor(), options, registry);
  RateLimits other(loop.executor(), options, registry);
  std::vector<RateLimits::Admission> running;
  for (int i = 0; i < 2; ++i) {
    running.push_back(killed_loop.Await(killed.Admit("a", "read", true)));
    CHECK_FALSE(running.back().refusal);
  }
  CHECK_FALSE(IsAdmitted(other));
  loop.RunUntil([&] { return IsAdmitted(other); });
}

TEST_CASE_METHOD(Store,
                 "limits: while Redis is away the same rate holds here, and then there again",
                 "[gateway]") {
  auto options = Options({.per_second = kNever, .burst = 10});
  options.store.answer_timeout = std::chrono::milliseconds(50);
  RateLimits limits(loop.executor(), options, registry);
  CHECK(IsAdmitted(limits));
  CHECK(IsAdmitted(limits));
  CHECK(Metric("tamarack_gateway_limiter_counts_alone") == 0);
  REQUIRE(loop.Await(redis.Command("CLIENT", "PAUSE", 1000, "ALL")).ok());
  int admitted = 2;
  while (IsAdmitted(limits)) ++admitted;
  CHECK(admitted == 10);
  CHECK(Metric("tamarack_gateway_limiter_counts_alone") == 1);
  loop.RunUntil([&] { return Metric("tamarack_gateway_limiter_counts_alone") == 0; });
  // What was taken meanwhile is told to Redis with the next question.
  CHECK_FALSE(IsAdmitted(limits));
  RateLimits other(loop.executor(), options, registry);
  CHECK_FALSE(IsAdmitted(other));
}

TEST_CASE_METHOD(Store, "limits: a Redis that forgot everything is told again", "[gateway]") {
  RateLimits limits(loop.executor(), Options({.per_second = kNever, .burst = 10}), registry);
  CHECK(Exhaust({&limits}) == 10);
  REQUIRE(loop.Await(redis.Command("FLUSHALL")).ok());
  CHECK_FALSE(IsAdmitted(limits));
}

TEST_CASE_METHOD(Store, "limits: Redis is told nothing of the caller", "[gateway]") {
  RateLimits limits(loop.executor(), Options({.per_second = 1, .burst = 10}), registry);
  CHECK_FALSE(Admit(limits, "network\n203.0.113.7").refusal);
  auto keys = loop.Await(redis.Command("KEYS", "*"));
  REQUIRE(keys.ok());
  REQUIRE_FALSE(keys->Items().empty());
  for (const auto& key : keys->Items()) CHECK(key.Text().find("203.0.113") == std::string::npos);
}

// The gateway with limits of the test's own.
struct Limited : LimitedFixture {
  Limited()
      : LimitedFixture({{"read", {.per_second = kNever, .burst = 40, .concurrent = 0}},
                        {"write", {.per_second = kNever, .burst = 2, .concurrent = 0}}}) {}
};

TEST_CASE_METHOD(Limited, "32 connections get exactly what the limit allows", "[gateway]") {
  std::atomic<int> ok{0}, refused{0}, other{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 32; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 3; ++j) {
        int status = Get("/toy/v1/kites/7", kWriter).status;
        ++(status == 200 ? ok : status == 429 ? refused : other);
      }
    });
  }
  for (auto& client : clients) client.join();
  CHECK(ok == 40);
  CHECK(refused == 56);
  CHECK(other == 0);
}

TEST_CASE_METHOD(Limited,
                 "answers say what is left, and a refusal is a problem in the caller's words",
                 "[gateway]") {
  std::string body = R"({"code":5})";
  Answer first = PostJson("/toy/v1/fail", body);
  CHECK(first.status == 404);
  CHECK(first.Header("RateLimit") == "\"burst\";r=1;t=1000");
  CHECK(first.Header("RateLimit-Policy") == "\"burst\";q=2;w=2000");
  PostJson("/toy/v1/fail", body);
  Answer refused = PostJson("/toy/v1/fail", body, "Accept-Language: fr\r\n");
  CHECK(refused.status == 429);
  CHECK(refused.Header("RateLimit") == "\"burst\";r=0;t=2000");
  CHECK(refused.Header("Retry-After") == "1000");
  CHECK(refused.Header("Content-Language") == "fr");
  auto problem = refused.Json();
  CHECK(Show(problem.if_contains("type")) == "http://localhost:8080/problems/quota-exceeded");
  CHECK(Show(problem.if_contains("title")) == "Quota épuisé");
  CHECK(Show(problem.if_contains("violated-policies")) == R"(["burst"])");
  // Another shape of errors, counted with the same class and caller.
  Answer oauth = PostJson("/oauth/fail", body);
  CHECK(oauth.status == 429);
  CHECK(Show(oauth.Json().if_contains("error")) == "temporarily_unavailable");
  // Reading is another class, and a credential another caller.
  CHECK(Get("/toy/v1/kites/7", kWriter).status == 200);
  CHECK(PostJson("/toy/v1/inspect", "{}", kWriter).status == 200);
}

}  // namespace
}  // namespace tamarack::gateway
