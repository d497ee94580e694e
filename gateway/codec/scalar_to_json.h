#pragma once

#include "gateway/codec/wire.h"

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace tamarack::gateway {

// Prints one value of a field that is no message; `as_string` puts quotes around a number. False
// for text that is not UTF-8, in which U+FFFD stands for what is wrong.
bool PrintScalar(const google::protobuf::FieldDescriptor& field, const WireField& wire,
                 bool as_string, std::string& json);

// Prints the shortest number that reads back the same, whole ones below 1e21 without exponent. A
// string where JSON has no such number.
void PrintDouble(double value, std::string& json);

// Prints a string; false as above.
bool PrintText(std::string_view text, std::string& json);

}  // namespace tamarack::gateway
