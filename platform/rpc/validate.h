#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <string_view>

namespace tamarack::rpc {

// Checks `message` and everything inside it against the field rules of its proto
// (tamarack/api/v1/policy.proto), that no text holds U+0000 and that every time can be written as
// JSON. INVALID_ARGUMENT with one BadRequest violation per wrong field, in `language` (`en` or
// `fr`); values of `sensitive` fields are not echoed (no value is).
absl::Status Validate(const google::protobuf::Message& message, std::string_view language = "en");

// Whether each time in `message` can be written as JSON. For answers, before what they tell of is
// committed.
absl::Status CheckTimes(const google::protobuf::Message& message);

// A text::TidyLine that others read: INVALID_ARGUMENT when it holds what changes how the text
// around it is read.
absl::Status CheckLine(std::string_view field, std::string_view line);

}  // namespace tamarack::rpc
