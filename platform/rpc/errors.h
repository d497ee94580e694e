#pragma once

#include "platform/base/status.h"

#include <grpcpp/support/status.h>
#include <boost/json/object.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Errors as every service makes them: an absl::Status whose payloads are google.rpc details, so
// that the gateway can print them without knowing the service. Texts of client errors are public;
// INTERNAL texts are for the log only.
namespace tamarack::rpc {

// One wrong field: its path with proto names (`payment.amount`) and what is wanted.
struct FieldViolation {
  std::string field;
  std::string description;
};

// INVALID_ARGUMENT with google.rpc.BadRequest.
absl::Status InvalidField(std::string_view field, std::string_view description);
absl::Status InvalidFields(const std::vector<FieldViolation>& violations);

// Adds google.rpc.ErrorInfo (AIP-193): `reason` in UPPER_SNAKE_CASE.
absl::Status WithReason(absl::Status status, std::string_view reason);

// Adds tamarack.api.v1.HttpError: the HTTP status (0: the canonical one) and members of the error
// body that the de-facto API of the path promises.
absl::Status WithHttp(absl::Status status, int http_status,
                      const boost::json::object& members = {});

// The reason of WithReason, or empty.
std::string ReasonOf(const absl::Status& status);
// The violations of InvalidFields, or none.
std::vector<FieldViolation> ViolationsOf(const absl::Status& status);

// Payloads travel as the details of google.rpc.Status. `ToGrpc` replaces the text of INTERNAL,
// UNKNOWN, DATA_LOSS and UNAVAILABLE errors by a fixed one: what happened belongs in the log. The
// text of UNAVAILABLE stays where WithHttp was applied: then a handler chose it.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace tamarack::rpc
