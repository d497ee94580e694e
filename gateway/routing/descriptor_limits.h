#pragma once

#include <absl/status/status.h>
#include <google/protobuf/descriptor.pb.h>

#include <cstdint>

namespace tamarack::gateway {

inline constexpr uint64_t kDescriptorBytesMax = 16 << 20;
inline constexpr int kMessageTypesMax = 10'000;
inline constexpr int kMessageNestingMax = 31;  // As deep as protobuf, which recurses, goes itself.

// Whether a back end's descriptors are of a size that the gateway takes in; else INVALID_ARGUMENT.
// They are another organisation's: what they cost to read must not be up to it.
absl::Status CheckDescriptorSize(const google::protobuf::FileDescriptorSet& files);

}  // namespace tamarack::gateway
