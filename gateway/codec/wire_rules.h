#pragma once

#include "platform/rpc/message_rules.h"

#include <absl/status/status.h>
#include <google/protobuf/descriptor.h>

#include <string_view>

namespace tamarack::gateway {

// A message within a request of which the request's google.protobuf.FieldMask names the fields that
// count. Null: there is none.
struct MaskedField {
  const google::protobuf::FieldDescriptor* message = nullptr;
  const google::protobuf::FieldDescriptor* mask = nullptr;
};

// Whether a request message keeps the field rules of its proto: what rpc::Validate finds in the
// parsed message, found in its wire bytes as the codec writes them (one value of a singular scalar,
// no group, no unknown field). INVALID_ARGUMENT with one violation per wrong field, in `language`
// (`en` or `fr`). With a `mask` nothing is required of what it does not name (AIP-134).
absl::Status CheckWire(const rpc::MessageRules& rules, std::string_view wire,
                       std::string_view language, const MaskedField& masked = {});

}  // namespace tamarack::gateway
