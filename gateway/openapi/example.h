#pragma once

#include "gateway/codec/message_plan.h"

#include <google/protobuf/descriptor.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <optional>

namespace tamarack::gateway {

// Values for documentation that the field rules would accept, the same each time. An optional value
// without an example of its own is left out, or null where an answer would say so.

// What the rules' own `example` says; nothing when there is none.
std::optional<boost::json::value> GivenExample(const google::protobuf::FieldDescriptor& field,
                                               JsonStyle style = JsonStyle::kOurs);

// Nothing when no acceptable value can be made up: a text with a pattern and no example of its own.
std::optional<boost::json::value> ExampleOf(const google::protobuf::FieldDescriptor& field,
                                            JsonStyle style = JsonStyle::kOurs);

// A message's fields for which `is_wanted` says so; at most one member of a oneof. Nothing when a
// required field has no example.
using FieldFilter = std::function<bool(const google::protobuf::FieldDescriptor&)>;
std::optional<boost::json::value> ExampleOf(const google::protobuf::Descriptor& type,
                                            const FieldFilter& is_wanted = {},
                                            JsonStyle style = JsonStyle::kOurs);

}  // namespace tamarack::gateway
