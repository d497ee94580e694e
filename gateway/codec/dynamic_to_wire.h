#pragma once

#include "gateway/codec/json_walk.h"

namespace tamarack::gateway {

// Take any JSON value, an object or an array off the text and write the contents of the
// google.protobuf.Value, Struct or ListValue that holds it. The caller has looked that an object or
// array begins.
bool ValueToWire(JsonWalk& walk, const Place& place);
bool StructToWire(JsonWalk& walk, const Place& place);
bool ListValueToWire(JsonWalk& walk, const Place& place);

}  // namespace tamarack::gateway
