#pragma once

#include "gateway/codec/message_plan.h"

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace tamarack::gateway {

// Prints the wire bytes of a message as JSON with proto field names: scalars without presence,
// lists and maps always, unset fields with presence not at all (or as null where the field's rules
// say so), 64-bit integers as numbers, enums by name. INTERNAL when the bytes are no such message:
// a fault of the service. Single values that JSON has no text for do not lose the rest: times out
// of range and numbers that are none are null, what is not UTF-8 is U+FFFD, and `flaw` (may be
// null) says where the first one is.
absl::Status WireToJson(std::string_view wire, const MessagePlan& plan, std::string& json,
                        std::string* flaw = nullptr);

// Prints one field's value only (google.api.http `response_body`).
absl::Status WireFieldToJson(std::string_view wire, const MessagePlan& plan, int field_number,
                             std::string& json, std::string* flaw = nullptr);

}  // namespace tamarack::gateway
