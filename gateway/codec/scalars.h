#pragma once

#include "gateway/codec/wire.h"
#include "gateway/request/messages.h"

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace tamarack::gateway {

// A scalar as it was written: in JSON, where its kind is known, or as a parameter, where it is only
// text.
struct ScalarText {
  enum class Kind { kParameter, kString, kNumber, kBoolean };
  Kind kind;
  std::string_view text;  // `true` and `false` for booleans.
};

// Appends the value for `field`, which is no message, without its tag. `where` of a refusal is left
// empty.
Refusal EncodeScalar(const google::protobuf::FieldDescriptor& field, ScalarText value,
                     std::string& out);

// Appends a JSON number as a double that prints as the same number: nobody said that it may be
// rounded. Those of 2^53 and more whose digits would change are refused, and those too small for
// their digits to be kept; below that whole numbers are exact, and fractions the nearest double, as
// for every reader of JSON.
Refusal EncodeExactDouble(std::string_view number, std::string& out);

// Appends the contents of a message that JSON writes as one scalar: a wrapper, Timestamp, Duration
// or FieldMask.
Refusal EncodeScalarMessage(const google::protobuf::Descriptor& type, ScalarText value,
                            std::string& out);

// True for the messages that EncodeScalarMessage takes.
bool IsScalarMessage(const google::protobuf::Descriptor& type);
bool IsWrapper(const google::protobuf::Descriptor& type);

// The wire type of a single value of `field`.
WireType WireTypeOf(const google::protobuf::FieldDescriptor& field);
// Appends the tag that a single value of `field` has on the wire.
void AppendFieldTag(const google::protobuf::FieldDescriptor& field, std::string& out);

}  // namespace tamarack::gateway
