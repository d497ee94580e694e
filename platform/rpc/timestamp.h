#pragma once

#include "platform/base/clock.h"

#include <google/protobuf/timestamp.pb.h>

// Between protobuf's Timestamp and our clock, for every value of either: what lies beyond the years
// 1 to 9999, which a Timestamp holds, becomes the nearest that it does (PostgreSQL's `infinity`).
namespace tamarack::rpc {

// Whether it is within those years and its nanoseconds within a second.
bool IsValid(const google::protobuf::Timestamp& timestamp);

google::protobuf::Timestamp ToTimestamp(TimePoint time);

// What is finer than a microsecond is cut off. Field rules have refused what is not valid.
TimePoint FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace tamarack::rpc
