#pragma once

#include <absl/status/status.h>
#include <google/protobuf/struct.pb.h>

namespace tamarack::notify {

// ValidationError at the value that the official clients' `prepareUpload` made: an object whose
// `file` is text, alone or in a list. Nobody wants it as text in an email.
absl::Status CheckPersonalisation(const google::protobuf::Struct& personalisation);

}  // namespace tamarack::notify
