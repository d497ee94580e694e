#pragma once

#include "fixture.h"
#include "gateway/limits/rate_limits.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <map>
#include <memory>
#include <string>

namespace tamarack::gateway {

constexpr double kNever = 0.001;  // Requests a second: one comes back every 1,000 s.

// The gateway with these rate classes, counted in a real Redis that begins empty.
struct LimitedFixture : Fixture {
  explicit LimitedFixture(std::map<std::string, RateClass> classes)
      : Fixture([&](asio::any_io_executor executor, prometheus::Registry& registry) {
          RateLimitsOptions options;
          options.store.address = testing::RedisAddress();
          options.store.answer_timeout = std::chrono::seconds(2);
          for (const auto& [name, figures] : classes) options.classes.Set(name, figures);
          return std::make_shared<RateLimits>(executor, options, registry);
        }) {
    testing::Loop loop;
    redis::Client redis(loop.executor(), testing::RedisAddress());
    REQUIRE(loop.Await(redis.Command("FLUSHALL")).ok());
  }
};

}  // namespace tamarack::gateway
