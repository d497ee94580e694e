// The limit on calls at once, on a back end that exists in arithmetic only and a clock that the
// test turns.
#include "gateway/limits/adaptive_limit.h"

#include <catch2/catch.hpp>

#include <vector>

namespace tamarack::gateway {
namespace {

using namespace std::chrono_literals;
using api::v1::BULK;
using api::v1::CRITICAL;
using api::v1::PRIORITY_UNSPECIFIED;

using Calls = std::vector<AdaptiveLimit::Permit>;

// Whether one more has begun.
bool Begin(AdaptiveLimit& limit, api::v1::Priority priority, bool is_stream, Calls& calls) {
  auto call = limit.Begin(priority, is_stream);
  if (call) calls.push_back(*std::move(call));
  return call.has_value();
}

// Serves `capacity` calls at once in `service_time` each; more wait in turn.
struct BackEnd {
  int capacity = 50;
  AdaptiveLimit::Duration service_time = 10ms;
  AdaptiveLimit limit{};
  AdaptiveLimit::Time now{};
  int admitted = 0;  // In the last round.

  AdaptiveLimit::Duration Latency(int running) const {
    return std::max(service_time, service_time * running / capacity);
  }
  // `offered` callers ask at once, as often as it takes to answer them `rounds` times.
  void Run(int offered, int rounds, api::v1::Priority priority = CRITICAL,
           std::string_view method = "/kites/Fly") {
    for (int round = 0; round < rounds; ++round) {
      Calls calls;
      while (static_cast<int>(calls.size()) < offered && Begin(limit, priority, false, calls)) {
      }
      admitted = static_cast<int>(calls.size());
      auto took = Latency(admitted);
      now += took;
      for (auto& call : calls) call.Took(method, took, now);
    }
  }
};

TEST_CASE("who asks for less than can be served is never refused", "[gateway]") {
  BackEnd back_end;
  back_end.Run(40, 1000);
  CHECK(back_end.admitted == 40);
  CHECK(back_end.limit.HasRoom(BULK));
}

TEST_CASE("under overload the limit settles where calls take twice their usual time at most",
          "[gateway]") {
  auto priority = GENERATE(BULK, PRIORITY_UNSPECIFIED, CRITICAL);
  BackEnd back_end;
  back_end.Run(20, 100, priority);
  back_end.Run(800, 500, priority);
  int least = 1000, most = 0;
  for (int i = 0; i < 50; ++i) {
    back_end.Run(800, 10, priority);
    least = std::min(least, back_end.admitted);
    most = std::max(most, back_end.admitted);
  }
  // Enough to keep it busy, and a bounded queue in front of it.
  CHECK(least >= 40);
  CHECK(most <= 130);
}

TEST_CASE("a back end that becomes slow gets less, and more again when it recovers", "[gateway]") {
  BackEnd back_end;
  back_end.Run(20, 100);
  back_end.Run(200, 500);
  int before = back_end.admitted;
  back_end.capacity = 5;
  back_end.Run(200, 200);
  CHECK(back_end.admitted < before / 2);
  back_end.capacity = 50;
  back_end.Run(200, 1000);
  CHECK(back_end.admitted >= 40);
}

TEST_CASE("a method that always takes long is no sign of overload", "[gateway]") {
  BackEnd back_end;
  back_end.Run(30, 100, CRITICAL, "/kites/Fly");
  back_end.service_time = 3s;
  back_end.Run(30, 20, CRITICAL, "/kites/Build");
  back_end.service_time = 10ms;
  double before = back_end.limit.limit();
  back_end.Run(30, 100, CRITICAL, "/kites/Fly");
  back_end.service_time = 3s;
  back_end.Run(30, 100, CRITICAL, "/kites/Build");
  CHECK(back_end.limit.limit() >= before);
}

TEST_CASE("a method that has become slower for good is believed in the end", "[gateway]") {
  BackEnd back_end;
  back_end.Run(20, 100);
  back_end.Run(300, 300);
  back_end.service_time = 100ms;
  back_end.Run(300, 20);
  CHECK(back_end.admitted < 20);
  back_end.Run(300, 1000);
  CHECK(back_end.admitted >= 40);
}

TEST_CASE("what few calls at once take says nothing about the limit", "[gateway]") {
  BackEnd back_end;
  back_end.Run(2, 1000);
  double before = back_end.limit.limit();
  back_end.service_time = 500ms;
  back_end.Run(2, 100);
  CHECK(back_end.limit.limit() == before);
}

TEST_CASE("after an overload a back end that is little used gets back what it had at first",
          "[gateway]") {
  BackEnd back_end;
  back_end.Run(40, 100);
  back_end.capacity = 1;
  back_end.Run(200, 20);
  REQUIRE(back_end.limit.limit() < 20);
  back_end.capacity = 50;
  for (int second = 0; second < 60; ++second) {
    back_end.Run(2, 1);
    back_end.now += 1s;
  }
  CHECK(back_end.limit.limit() >= AdaptiveLimitOptions{}.initial);
  back_end.Run(60, 1);
  CHECK(back_end.admitted == 60);
}

TEST_CASE("bulk is refused first, critical calls last", "[gateway]") {
  AdaptiveLimit limit({.min = 1, .initial = 10, .max = 10});
  Calls calls;
  auto fill = [&](size_t count) {
    while (calls.size() < count) REQUIRE(Begin(limit, CRITICAL, false, calls));
  };
  fill(4);
  CHECK(limit.HasRoom(BULK));
  fill(5);
  CHECK_FALSE(limit.HasRoom(BULK));
  fill(7);
  CHECK(limit.HasRoom(PRIORITY_UNSPECIFIED));
  fill(8);
  CHECK_FALSE(limit.HasRoom(PRIORITY_UNSPECIFIED));
  fill(9);
  CHECK(limit.HasRoom(CRITICAL));
  fill(10);
  CHECK_FALSE(limit.HasRoom(CRITICAL));
  calls.clear();
  CHECK(limit.running() == 0);
  CHECK(limit.HasRoom(BULK));
}

// Streams of `limit` that have begun, and stay.
Calls OpenStreams(AdaptiveLimit& limit, int count) {
  Calls streams;
  for (int i = 0; i < count && Begin(limit, CRITICAL, true, streams); ++i) {
  }
  return streams;
}

TEST_CASE("streams count, but leave room for the fewest calls", "[gateway]") {
  AdaptiveLimitOptions options;
  AdaptiveLimit limit(options);
  auto streams = OpenStreams(limit, 1000);
  CHECK(streams.size() == static_cast<size_t>(options.initial));
  Calls calls;
  while (Begin(limit, CRITICAL, false, calls)) {
  }
  CHECK(calls.size() == static_cast<size_t>(options.min));
  streams.clear();
  CHECK(limit.running() == static_cast<int>(options.min));
  CHECK(limit.HasRoom(BULK, true));
}

TEST_CASE("streams that begin well make room for more", "[gateway]") {
  auto priority = GENERATE(BULK, PRIORITY_UNSPECIFIED, CRITICAL);
  AdaptiveLimitOptions options;
  AdaptiveLimit limit(options);
  Calls streams;
  while (Begin(limit, priority, true, streams)) streams.back().Began(AdaptiveLimit::Time{});
  CHECK(limit.limit() == options.max);
}

TEST_CASE("a back end with many open streams that was slow for a while recovers", "[gateway]") {
  BackEnd back_end;
  back_end.Run(20, 100);
  back_end.Run(60, 100);
  auto streams = OpenStreams(back_end.limit, 50);
  REQUIRE(streams.size() == 50);
  back_end.capacity = 1;
  back_end.Run(200, 20);
  CHECK(back_end.limit.limit() < 50);
  // Nothing that begins now is taken as a sign of health.
  double before = back_end.limit.limit();
  streams.back().Began(back_end.now);
  CHECK(back_end.limit.limit() == before);
  back_end.capacity = 50;
  back_end.Run(200, 1000);
  CHECK(back_end.admitted >= 30);
}

}  // namespace
}  // namespace tamarack::gateway
