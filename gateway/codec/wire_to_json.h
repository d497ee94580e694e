#pragma once

#include "gateway/codec/message_plan.h"

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace tamarack::gateway {

// Prints the wire bytes of a message as JSON with proto field names: scalars without presence,
// lists and maps always, unset fields with presence not at all (or as null where the field's rules
// say so), 64-bit integers as numbers, enums by name. INTERNAL when the bytes are no such message:
// a fault of the service.
absl::Status WireToJson(std::string_view wire, const MessagePlan& plan, std::string& json);

// Prints one field's value only (google.api.http `response_body`).
absl::Status WireFieldToJson(std::string_view wire, const MessagePlan& plan, int field_number,
                             std::string& json);

}  // namespace tamarack::gateway
