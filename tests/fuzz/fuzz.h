#pragma once

#include "gateway/routing/route_table.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tamarack::gateway {

// Ends the run with the input kept when something that must always hold does not.
void Require(bool holds);

// The toy service's routes, made from the descriptor set that the fuzzer was linked with.
const RouteTable& FuzzRoutes();

// The file with all that it imports, each behind what it imports itself.
google::protobuf::FileDescriptorSet WithImports(const google::protobuf::FileDescriptor& file);

}  // namespace tamarack::gateway
