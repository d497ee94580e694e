#pragma once

#include <absl/status/status.h>

#include <string_view>

// GOV.UK Notify's errors: `{"status_code": 400, "errors": [{"error": "BadRequestError", "message":
// "…"}]}`.
namespace tamarack::notify {

// 400 with error `BadRequestError`: the request is well formed but cannot be done.
absl::Status BadRequest(std::string_view message);
// 400 with error `ValidationError`: a field is wrong. `message` begins with the field's name.
absl::Status ValidationError(std::string_view field, std::string_view message);
// 400 for a text beyond kFilledBytesMax.
absl::Status MessageTooLong();
// 404 `No result found`.
absl::Status NoResultFound();

}  // namespace tamarack::notify
