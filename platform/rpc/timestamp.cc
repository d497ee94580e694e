#include "platform/rpc/timestamp.h"

#include <algorithm>

namespace tamarack::rpc {
namespace {

constexpr int64_t kSecondsMin = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int32_t kNanosPerMicro = 1'000;

}  // namespace

bool IsValid(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= kSecondsMin && timestamp.seconds() <= kSecondsMax &&
         timestamp.nanos() >= 0 && timestamp.nanos() < kMicrosPerSecond * kNanosPerMicro;
}

google::protobuf::Timestamp ToTimestamp(TimePoint time) {
  time = std::clamp(time, FromUnixMicros(kSecondsMin * kMicrosPerSecond),
                    FromUnixMicros((kSecondsMax + 1) * kMicrosPerSecond - 1));
  int64_t seconds = UnixSeconds(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(UnixMicros(time) - seconds * kMicrosPerSecond) *
                      kNanosPerMicro);
  return timestamp;
}

TimePoint FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  int64_t seconds = std::clamp(timestamp.seconds(), kSecondsMin, kSecondsMax);
  return FromUnixMicros(seconds * kMicrosPerSecond + timestamp.nanos() / kNanosPerMicro);
}

}  // namespace tamarack::rpc
