#pragma once

#include <cstdint>

namespace tamarack {

// What a protobuf Timestamp holds, and RFC 3339 can write: the years 1 to 9999, in Unix seconds.
inline constexpr int64_t kTimestampSecondsMin = -62'135'596'800;  // 0001-01-01T00:00:00Z
inline constexpr int64_t kTimestampSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z

}  // namespace tamarack
