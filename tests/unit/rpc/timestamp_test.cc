#include "platform/rpc/timestamp.h"

#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"

#include "toy.pb.h"

#include <google/protobuf/util/time_util.h>
#include <catch2/catch.hpp>

#include <limits>
#include <random>

// Goal: a time that somebody can write down is the same time wherever we carry it.
namespace tamarack::rpc {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

constexpr int64_t kSecondsMin = -62'135'596'800;
constexpr int64_t kSecondsMax = 253'402'300'799;

Timestamp At(int64_t seconds, int32_t nanos = 0) {
  Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp;
}

TEST_CASE("Timestamps of the years 1 to 9999 come back as they were", "[rpc]") {
  for (const char* text :
       {"9999-12-31T23:59:59Z", "2300-01-01T00:00:00Z", "2262-04-11T23:47:16.854776Z",
        "1677-09-21T00:12:43Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z"}) {
    Timestamp timestamp;
    REQUIRE(TimeUtil::FromString(text, &timestamp));
    CHECK(TimeUtil::ToString(ToTimestamp(FromTimestamp(timestamp))) == text);
  }
  std::mt19937_64 random(9);
  std::uniform_int_distribution<int64_t> seconds(kSecondsMin, kSecondsMax);
  std::uniform_int_distribution<int32_t> micros(0, 999'999);
  for (int i = 0; i < 100'000; ++i) {
    Timestamp timestamp = At(seconds(random), micros(random) * 1000);
    REQUIRE(IsValid(timestamp));
    Timestamp back = ToTimestamp(FromTimestamp(timestamp));
    REQUIRE(back.seconds() == timestamp.seconds());
    REQUIRE(back.nanos() == timestamp.nanos());
    REQUIRE(UnixSeconds(FromTimestamp(timestamp)) == timestamp.seconds());
  }
}

TEST_CASE("Every time of the clock has a timestamp that can be written", "[rpc]") {
  std::mt19937_64 random(10);
  std::uniform_int_distribution<int64_t> micros(std::numeric_limits<int64_t>::min(),
                                                std::numeric_limits<int64_t>::max());
  for (int i = 0; i < 100'000; ++i) REQUIRE(IsValid(ToTimestamp(FromUnixMicros(micros(random)))));
  CHECK(ToTimestamp(TimePoint::max()).seconds() == kSecondsMax);
  CHECK(ToTimestamp(TimePoint::min()).seconds() == kSecondsMin);
  CHECK(ToTimestamp(TimePoint::min()).nanos() == 0);
}

TEST_CASE("A request's times are checked whether or not a rule asks for it", "[rpc]") {
  struct {
    Timestamp time;
    bool is_good;
  } const cases[] = {
      {At(0), true},
      {At(kSecondsMin), true},
      {At(kSecondsMax, 999'999'999), true},
      {At(kSecondsMax + 1), false},
      {At(kSecondsMin - 1), false},
      {At(std::numeric_limits<int64_t>::max()), false},
      {At(std::numeric_limits<int64_t>::min()), false},
      {At(0, -1), false},
      {At(0, 1'000'000'000), false},
  };
  for (const auto& [time, is_good] : cases) {
    INFO(time.ShortDebugString());
    toy::v1::Kite kite;
    kite.set_colour("red");
    *kite.mutable_create_time() = time;
    absl::Status checked = Validate(kite);
    CHECK(checked.ok() == is_good);
    CHECK(CheckTimes(kite).ok() == is_good);
    if (!is_good) CHECK(checked.message().find("create_time") != absl::string_view::npos);
    // Whatever gets this far all the same does not overflow.
    CHECK(IsValid(ToTimestamp(FromTimestamp(time))));
  }
  // An answer owes its caller no required field.
  CHECK(!Validate(toy::v1::Kite()).ok());
  CHECK(CheckTimes(toy::v1::Kite()).ok());
}

}  // namespace
}  // namespace tamarack::rpc
