#pragma once

#include "gateway/codec/wire.h"

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace tamarack::gateway {

// Prints one value of a field that is no message; `as_string` puts quotes around a number. False
// for text that is not UTF-8.
bool PrintScalar(const google::protobuf::FieldDescriptor& field, const WireField& wire,
                 bool as_string, std::string& json);

// Prints a string; false if it is not UTF-8.
bool PrintText(std::string_view text, std::string& json);

}  // namespace tamarack::gateway
