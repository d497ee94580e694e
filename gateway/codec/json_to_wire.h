#pragma once

#include "gateway/codec/field_tree.h"
#include "gateway/codec/message_plan.h"
#include "gateway/request/messages.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// A level of JSON is up to three of protobuf (in a Struct), whose parsers stop at 100.
inline constexpr int kJsonDepthMax = 32;

// Translates JSON text straight to the wire bytes of a message in one pass, strictly: an unknown or
// repeated member, a wrong type, a number out of range, two members of a oneof or bad UTF-8 refuse
// the whole. Names may be proto names or JSON names. `given` (may be null) holds what the path
// binds already. `paths` (may be null) gets the field path of every member present, as a FieldMask
// names them. Appends to `wire`, whose contents are meaningless after a refusal.
Refusal JsonToWire(std::string_view json, const MessagePlan& plan, const FieldTree* given,
                   std::string& wire, std::vector<std::string>* paths = nullptr);

// As above for the value of one field, tag included: an object, an array for a repeated field, a
// scalar.
Refusal JsonFieldToWire(std::string_view json, const MessagePlan::Field& field,
                        const FieldTree* given, std::string& wire,
                        std::vector<std::string>* paths = nullptr);

}  // namespace tamarack::gateway
