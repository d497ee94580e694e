#include "services/notify/errors.h"

#include "platform/rpc/errors.h"
#include "services/notify/placeholders.h"

namespace tamarack::notify {
namespace {

absl::Status Make(absl::Status status, int http_status, std::string_view error,
                  std::string_view message) {
  boost::json::array errors{{{"error", error}, {"message", message}}};
  return rpc::WithHttp(std::move(status), http_status,
                       {{"status_code", http_status}, {"errors", errors}});
}

}  // namespace

absl::Status BadRequest(std::string_view message) {
  return Make(absl::InvalidArgumentError(ToAbsl(message)), 400, "BadRequestError", message);
}

absl::Status ValidationError(std::string_view field, std::string_view message) {
  std::string text = absl::StrCat(ToAbsl(field), " ", ToAbsl(message));
  return Make(rpc::InvalidField(field, message), 400, "ValidationError", text);
}

absl::Status MessageTooLong() {
  return BadRequest(absl::StrCat("Your message is too long. Emails cannot be longer than ",
                                 kFilledBytesMax, " bytes."));
}

absl::Status NoResultFound() {
  return Make(absl::NotFoundError("No result found"), 404, "NoResultFound", "No result found");
}

}  // namespace tamarack::notify
