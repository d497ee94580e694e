// Times as text: whatever is in range goes there and back, and nothing else is a time.
#include "gateway/codec/well_known.h"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

namespace tamarack::gateway {
namespace {

constexpr int64_t kTimestampMin = -62'135'596'800, kTimestampMax = 253'402'300'799;
constexpr int64_t kDurationMax = 315'576'000'000;

TEST_CASE("a time is refused beyond its range, however it is written", "[gateway]") {
  for (const char* text :
       {"0000-12-31T23:59:59Z",      "10000-01-01T00:00:00Z",     "-0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",      "2026-04-31T00:00:00Z",      "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",      "2026-01-00T00:00:00Z",      "2016-12-31T23:59:60Z",
        "2026-01-01T24:00:00Z",      "2026-01-01t00:00:00Z",      "2026-01-01T00:00:00z",
        "2026-01-01T00:00:00.Z",     "2026-01-01T00:00:00,5Z",    "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00Z",         " 2026-01-01T00:00:00Z",     "2026-01-01T00:00:00Z "}) {
    INFO(text);
    CHECK_FALSE(ParseTimestamp(text));
  }
  for (const char* text :
       {"", "s", "1", "+1s", "1.s", ".5s", "1e3s", "0x1s", "1S", "1 s", "--1s", "315576000001s",
        "-315576000001s", "1.0000000001s", "9223372036854775808s", "99999999999999999999999999s"}) {
    INFO(text);
    CHECK_FALSE(ParseDuration(text));
  }
}

TEST_CASE("every time in range has a text that means it, and no other has one",
          "[gateway][property]") {
  uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int round = 0; round < 20'000; ++round) {
    // Near an end as often as anywhere.
    int64_t near = between(-3, 3);
    int64_t seconds[] = {
        between(kTimestampMin, kTimestampMax),
        kTimestampMin + near,
        kTimestampMax + near,
        kDurationMax + near,
        -kDurationMax + near,
        between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())};
    for (int64_t second : seconds) {
      int32_t nanos = random() % 2 ? 0 : static_cast<int32_t>(between(0, 999'999'999));
      INFO(second << " s, " << nanos << " ns");
      auto timestamp = PrintTimestamp({second, nanos});
      REQUIRE(timestamp.has_value() == (second >= kTimestampMin && second <= kTimestampMax));
      if (timestamp) {
        auto again = ParseTimestamp(*timestamp);
        REQUIRE((again && again->seconds == second && again->nanos == nanos));
      }
      if (second < 0) nanos = -nanos;
      auto duration = PrintDuration({second, nanos});
      REQUIRE(duration.has_value() == (second >= -kDurationMax && second <= kDurationMax));
      if (duration) {
        auto again = ParseDuration(*duration);
        REQUIRE((again && again->seconds == second && again->nanos == nanos));
      }
    }
  }
}

}  // namespace
}  // namespace tamarack::gateway
