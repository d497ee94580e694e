#pragma once

#include "platform/rpc/message_rules.h"

#include <absl/status/status.h>

#include <string_view>

namespace tamarack::gateway {

// Whether a request message keeps the field rules of its proto: what rpc::Validate finds in the
// parsed message, found in its wire bytes as the codec writes them (one value of a singular scalar,
// no group, no unknown field). INVALID_ARGUMENT with one violation per wrong field, in `language`
// (`en` or `fr`).
absl::Status CheckWire(const rpc::MessageRules& rules, std::string_view wire,
                       std::string_view language);

}  // namespace tamarack::gateway
