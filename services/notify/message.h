#pragma once

#include "tamarack/notify/v1/template_service.pb.h"

#include <absl/status/statusor.h>
#include <google/protobuf/struct.pb.h>

#include <string>

namespace tamarack::notify {

// What a template says with one person's values.
struct Message {
  std::string subject;
  std::string body;      // as the API shows it
  std::string markdown;  // the body as mail is made of it: values are opaque (opaque.h)
};

// BadRequest when a value is missing, or when the result is too long or has nothing to see.
absl::StatusOr<Message> Fill(const v1::Template& from,
                             const google::protobuf::Struct& personalisation);

}  // namespace tamarack::notify
