#include "platform/work/destinations.h"

#include <catch2/catch.hpp>

namespace tamarack::work {
namespace {

using namespace std::chrono_literals;
constexpr Time kStart{1h};

void Fail(Breaker& breaker, Time now, const std::string& id, Contact how = Contact::kFailed) {
  bool is_probe = breaker.Begin(now);
  breaker.Learn(now, is_probe, id, how);
}
void Succeed(Breaker& breaker, Time now) {
  bool is_probe = breaker.Begin(now);
  breaker.Learn(now, is_probe, "good", Contact::kReached);
}
Breaker Opened() {
  Breaker breaker;
  for (const char* id : {"a", "b", "c", "d", "e"}) Fail(breaker, kStart, id);
  return breaker;
}

}  // namespace

TEST_CASE("Breaker: opens when different jobs fail in a row", "[work]") {
  Breaker breaker;
  for (const char* id : {"a", "b", "c", "d"}) Fail(breaker, kStart, id);
  CHECK_FALSE(breaker.is_open());
  CHECK(breaker.Room(kStart, 16) == 16);
  Fail(breaker, kStart, "e");
  CHECK(breaker.is_open());
  CHECK(breaker.Room(kStart, 16) == 0);
}

TEST_CASE("Breaker: one job that always fails, or a success between, opens nothing", "[work]") {
  Breaker breaker;
  for (int i = 0; i < 20; ++i) Fail(breaker, kStart, "poison");
  CHECK_FALSE(breaker.is_open());
  for (const char* id : {"a", "b", "c"}) Fail(breaker, kStart, id);
  Succeed(breaker, kStart);
  for (const char* id : {"d", "e", "f", "g"}) Fail(breaker, kStart, id);
  CHECK_FALSE(breaker.is_open());
}

TEST_CASE("Breaker: what is not reached opens by tries, whichever jobs they are of", "[work]") {
  Breaker breaker;
  for (int i = 0; i < 4; ++i) Fail(breaker, kStart, "only one", Contact::kNotReached);
  CHECK_FALSE(breaker.is_idle(kStart));
  Succeed(breaker, kStart);
  for (int i = 0; i < 4; ++i) Fail(breaker, kStart, "only one", Contact::kNotReached);
  CHECK_FALSE(breaker.is_open());
  Fail(breaker, kStart, "only one", Contact::kNotReached);
  CHECK(breaker.is_open());
  Fail(breaker, kStart + 1s, "only one", Contact::kNotReached);
  CHECK(breaker.Room(kStart + 2s, 16) == 0);  // the probe failed: the gap doubles
}

TEST_CASE("Breaker: what was claimed before it opened is no probe", "[work]") {
  Breaker breaker = Opened();
  for (const char* id : {"f", "g", "h"}) Fail(breaker, kStart, id);
  CHECK(breaker.Room(kStart + 1s, 16) == 1);  // the gap is as it was
  CHECK(breaker.Begin(kStart + 1s));
  CHECK_FALSE(breaker.Begin(kStart + 1s));
}

TEST_CASE("Breaker: while open there is one probe at a time, ever more seldom", "[work]") {
  Breaker breaker = Opened();
  CHECK(breaker.Room(kStart + 999ms, 16) == 0);
  Time now = kStart + 1s;
  CHECK(breaker.Room(now, 16) == 1);
  CHECK(breaker.Begin(now));
  CHECK(breaker.Room(now + 1h, 16) == 0);
  breaker.Learn(now, true, "a", Contact::kFailed);
  CHECK(breaker.Room(now + 1999ms, 16) == 0);
  CHECK(breaker.Room(now + 2s, 16) == 1);
  for (int i = 0; i < 10; ++i) {
    now += 60s;
    REQUIRE(breaker.Room(now, 16) == 1);
    Fail(breaker, now, "a");
  }
  CHECK(breaker.Room(now + 59s, 16) == 0);
  CHECK(breaker.Room(now + 60s, 16) == 1);
}

TEST_CASE("Breaker: a probe that learnt nothing makes room for another", "[work]") {
  Breaker breaker = Opened();
  REQUIRE(breaker.Room(kStart + 1s, 16) == 1);
  CHECK(breaker.Begin(kStart + 1s));
  breaker.Leave();
  CHECK(breaker.Room(kStart + 1s, 16) == 1);
}

TEST_CASE("Breaker: an outage is forgotten when nothing was due for long", "[work]") {
  Breaker breaker = Opened();
  CHECK_FALSE(breaker.is_idle(kStart + 10min));
  CHECK(breaker.is_idle(kStart + 11min));
  REQUIRE(breaker.Room(kStart + 11min, 16) == 1);
  CHECK(breaker.Begin(kStart + 11min));
  CHECK_FALSE(breaker.is_idle(kStart + 11min));
}

TEST_CASE("Breaker: what began before the outage neither ends nor lengthens it", "[work]") {
  Breaker breaker;
  bool is_probe = breaker.Begin(kStart);
  for (const char* id : {"a", "b", "c", "d", "e"}) Fail(breaker, kStart, id);
  breaker.Learn(kStart + 500ms, is_probe, "slow", Contact::kReached);
  CHECK(breaker.is_open());
  breaker.Learn(kStart + 900ms, is_probe, "slow", Contact::kFailed);
  CHECK(breaker.Room(kStart + 1s, 16) == 1);
}

TEST_CASE("Breaker: after the outage what waited goes at a rate that doubles", "[work]") {
  Breaker breaker = Opened();
  Time now = kStart + 1s;
  REQUIRE(breaker.Room(now, 1000) == 1);
  Succeed(breaker, now);
  for (int rate = 10; rate <= 640; rate *= 2) {
    CHECK(breaker.Room(now, 5000) == rate);
    for (int i = 0; i < rate; ++i) Succeed(breaker, now);
    CHECK(breaker.Room(now + 999ms, 5000) == 0);
    now += 1s;
  }
  CHECK(breaker.Room(now, 5000) == 5000);
  CHECK(breaker.is_idle(now));
}

TEST_CASE("Breaker: an outage that comes back in the ramp is found out in the same way", "[work]") {
  Breaker breaker = Opened();
  REQUIRE(breaker.Room(kStart + 1s, 16) == 1);
  Succeed(breaker, kStart + 1s);
  for (const char* id : {"a", "b", "c", "d", "e"}) Fail(breaker, kStart + 2s, id);
  CHECK(breaker.is_open());
  CHECK(breaker.Room(kStart + 3s, 16) == 1);
}

TEST_CASE("Destinations: what is known to be out of order is probed first, and counts nothing",
          "[work]") {
  Destinations destinations(16, {});
  {
    Try probe(destinations, "x", "1", true), second(destinations, "x", "2", true);
    CHECK(probe.Failed());
    CHECK(second.Failed());
  }
  CHECK(destinations.Room("x", std::chrono::steady_clock::now()) == 0);
  CHECK(destinations.open() == 1);
  // A probe that succeeds ends it, and what the rows said before that is not believed again.
  Destinations others(16, {});
  {
    Try probe(others, "x", "1", true);
    probe.Reached();
  }
  Try next(others, "x", "2", true);
  CHECK_FALSE(next.Failed());
}

TEST_CASE("Destinations: each has a share, and its own outages", "[work]") {
  Destinations destinations(2, {});
  Time now = std::chrono::steady_clock::now();
  CHECK(destinations.Room("x", now) == 2);
  {
    Try first(destinations, "x", "1"), second(destinations, "x", "2");
    CHECK(destinations.Room("x", now) == 0);
    CHECK(destinations.Room("y", now) == 2);
    CHECK(destinations.Limited(now) == std::map<std::string, int>{{"x", 0}});
    first.Reached();
  }
  CHECK(destinations.Limited(now).empty());
  for (int i = 0; i < 4; ++i) {
    Try attempt(destinations, "x", std::to_string(i));
    CHECK_FALSE(attempt.Failed());
  }
  Try last(destinations, "x", "last");
  CHECK(last.Failed());
  CHECK(destinations.open() == 1);
  CHECK(destinations.Room("x", now) == 0);
  CHECK(destinations.Room("y", now) == 2);
}

}  // namespace tamarack::work
