#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

namespace tamarack::rpc {

// Checks `message` and everything inside it against the field rules of its proto
// (tamarack/api/v1/policy.proto), and that no text holds U+0000. INVALID_ARGUMENT with one
// BadRequest violation per wrong field; values of `sensitive` fields are not echoed (no value is).
absl::Status Validate(const google::protobuf::Message& message);

}  // namespace tamarack::rpc
