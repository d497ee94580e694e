#include "platform/rpc/timestamp.h"

#include "platform/base/timestamp_range.h"

#include <algorithm>

namespace tamarack::rpc {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int32_t kNanosPerMicro = 1'000;

}  // namespace

bool IsValid(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= kTimestampSecondsMin &&
         timestamp.seconds() <= kTimestampSecondsMax && timestamp.nanos() >= 0 &&
         timestamp.nanos() < kMicrosPerSecond * kNanosPerMicro;
}

google::protobuf::Timestamp ToTimestamp(TimePoint time) {
  time = std::clamp(time, FromUnixMicros(kTimestampSecondsMin * kMicrosPerSecond),
                    FromUnixMicros((kTimestampSecondsMax + 1) * kMicrosPerSecond - 1));
  int64_t seconds = UnixSeconds(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(UnixMicros(time) - seconds * kMicrosPerSecond) *
                      kNanosPerMicro);
  return timestamp;
}

TimePoint FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  int64_t seconds = std::clamp(timestamp.seconds(), kTimestampSecondsMin, kTimestampSecondsMax);
  return FromUnixMicros(seconds * kMicrosPerSecond + timestamp.nanos() / kNanosPerMicro);
}

}  // namespace tamarack::rpc
