#include "platform/rpc/errors.h"

#include "platform/rpc/json_struct.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include "tamarack/api/v1/policy.pb.h"

namespace tamarack::rpc {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

template <class Message>
std::string TypeUrl() {
  return std::string(kTypePrefix) + Message::descriptor()->full_name();
}

template <class Message>
void SetPayload(absl::Status& status, const Message& message) {
  // From a string_view: Clang mangles Cord's constructor template for std::string otherwise than
  // Debian's Abseil.
  std::string bytes = message.SerializeAsString();
  status.SetPayload(TypeUrl<Message>(), absl::Cord(ToAbsl(bytes)));
}

template <class Message>
Message GetPayload(const absl::Status& status) {
  Message message;
  if (auto payload = status.GetPayload(TypeUrl<Message>()))
    message.ParseFromString(std::string(*payload));
  return message;
}

// What went wrong on our side belongs in the log: it may name hosts, sockets or tables.
std::string PublicMessage(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return "internal error";
    case absl::StatusCode::kUnavailable:
      // Unless a handler found words for it, and said so by attaching how they are to be shown.
      if (!status.GetPayload(TypeUrl<api::v1::HttpError>())) return "temporarily unavailable";
      [[fallthrough]];
    // A database's words name tables and constraints, whatever the code. Handlers that expect an
    // error reword it.
    default:
      return status.GetPayload("tamarack/pg.sqlstate") ? std::string()
                                                       : std::string(status.message());
  }
}

}  // namespace

absl::Status InvalidField(std::string_view field, std::string_view description) {
  return InvalidFields({{std::string(field), std::string(description)}});
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations) {
  google::rpc::BadRequest details;
  std::string text;
  for (const auto& violation : violations) {
    auto* added = details.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
    if (!text.empty()) text += "; ";
    text += violation.field + ": " + violation.description;
  }
  absl::Status status = absl::InvalidArgumentError(text);
  SetPayload(status, details);
  return status;
}

absl::Status WithReason(absl::Status status, std::string_view reason) {
  google::rpc::ErrorInfo details;
  details.set_reason(std::string(reason));
  details.set_domain("tamarack");
  SetPayload(status, details);
  return status;
}

absl::Status WithHttp(absl::Status status, int http_status, const boost::json::object& members) {
  api::v1::HttpError details;
  details.set_http_status(http_status);
  if (!members.empty()) *details.mutable_members() = ToStruct(members);
  SetPayload(status, details);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  return GetPayload<google::rpc::ErrorInfo>(status).reason();
}

std::vector<FieldViolation> ViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  auto details = GetPayload<google::rpc::BadRequest>(
      status);  // a temporary in the loop's head would be gone in its body
  for (const auto& violation : details.field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  return violations;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  auto code = static_cast<grpc::StatusCode>(status.code());
  std::string message = PublicMessage(status);
  google::rpc::Status details;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    if (!ToStd(type_url).starts_with(kTypePrefix)) return;
    auto* any = details.add_details();
    any->set_type_url(std::string(ToStd(type_url)));
    any->set_value(std::string(payload));
  });
  if (details.details().empty()) return {code, message};
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  return {code, message, details.SerializeAsString()};
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& any : details.details())
      result.SetPayload(any.type_url(), absl::Cord(ToAbsl(any.value())));
  }
  return result;
}

}  // namespace tamarack::rpc
