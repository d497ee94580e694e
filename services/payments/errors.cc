#include "services/payments/errors.h"

#include "platform/base/status.h"
#include "platform/rpc/errors.h"

#include <boost/json/object.hpp>

#include <string>

namespace tamarack::payments {
namespace {

absl::Status Error(absl::StatusCode grpc_code, int http_status, std::string_view code,
                   const std::string& description, std::string_view field_member = {},
                   std::string_view field = {}) {
  boost::json::object members{{"code", std::string(code)}, {"description", description}};
  if (!field.empty()) members[std::string(field_member)] = std::string(field);
  return rpc::WithHttp(absl::Status(grpc_code, description), http_status, members);
}

}  // namespace

absl::Status MissingAttribute(std::string_view field) {
  return Error(absl::StatusCode::kInvalidArgument, 400, "P0101",
               absl::StrCat("Missing mandatory attribute: ", ToAbsl(field)), "field", field);
}

absl::Status InvalidAttribute(int http_status, std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, http_status, "P0102",
               absl::StrCat("Invalid attribute value: ", ToAbsl(field), ". ", ToAbsl(what)),
               "field", field);
}

absl::Status InvalidIdempotencyKey(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, 422, "P0102",
               absl::StrCat("Header [Idempotency-Key] can ", ToAbsl(what)), "header",
               "Idempotency-Key");
}

absl::Status IdempotencyKeyUsed() {
  return Error(absl::StatusCode::kAlreadyExists, 409, "P0191",
               "The `Idempotency-Key` you sent in the request header has already been used to "
               "create a payment.",
               "header", "Idempotency-Key");
}

absl::Status NoLiveProcessor() {
  return Error(absl::StatusCode::kPermissionDenied, 403, "P0940",
               "Account is not fully configured: it has no payment provider for live payments");
}

absl::Status PaymentNotFound(std::string_view code) {
  return Error(absl::StatusCode::kNotFound, 404, code, "Not found");
}

absl::Status NotCancellable() {
  return Error(absl::StatusCode::kFailedPrecondition, 400, "P0501",
               "Cancellation of payment failed");
}

absl::Status InvalidParameters(std::string_view names) {
  return Error(absl::StatusCode::kInvalidArgument, 422, "P0401",
               absl::StrCat("Invalid parameters: ", ToAbsl(names),
                            ". See Public API documentation for the correct data formats"));
}

absl::Status PageNotFound() {
  return Error(absl::StatusCode::kNotFound, 404, "P0402", "Page not found");
}

}  // namespace tamarack::payments
