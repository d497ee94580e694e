#include "platform/postgres/error.h"

#include "platform/base/status.h"

#include <absl/strings/cord.h>

namespace tamarack::pg {
namespace {

constexpr absl::string_view kSqlStateUrl = "tamarack/pg.sqlstate";
constexpr absl::string_view kConstraintUrl = "tamarack/pg.constraint";

absl::StatusCode CodeFor(std::string_view state) {
  using enum absl::StatusCode;
  std::string_view group = state.substr(0, 2);
  if (state == "23505" || state == "23P01") return kAlreadyExists;
  if (state == "23503" || state == "23514") return kFailedPrecondition;
  if (group == "22") return kInvalidArgument;  // 22P02: a path segment that is no uuid
  // Serialization, deadlock, lock_timeout, idle in transaction: start again from the read.
  if (group == "40" || state == "55P03" || state == "25P03") return kAborted;
  if (state == "57014") return kDeadlineExceeded;
  if (state == "53300") return kResourceExhausted;
  // 25006: a standby after a fail-over.
  if (group == "08" || group == "53" || group == "57" || state == "25006") return kUnavailable;
  return kInternal;
}

std::string Payload(const absl::Status& status, absl::string_view url) {
  auto payload = status.GetPayload(url);
  return payload ? std::string(*payload) : std::string();
}

std::string Field(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

}  // namespace

absl::Status FromSqlState(std::string_view sqlstate, std::string_view message) {
  absl::Status status(CodeFor(sqlstate), ToAbsl(message));
  if (!sqlstate.empty()) status.SetPayload(kSqlStateUrl, absl::Cord(ToAbsl(sqlstate)));
  return status;
}

absl::Status FromResult(const PGresult* result) {
  std::string message = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  absl::Status status = FromSqlState(Field(result, PG_DIAG_SQLSTATE),
                                     message.empty() ? PQresultErrorMessage(result) : message);
  std::string constraint = Field(result, PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty()) status.SetPayload(kConstraintUrl, absl::Cord(constraint));
  return status;
}

std::string SqlState(const absl::Status& status) {
  return Payload(status, kSqlStateUrl);
}

std::string Constraint(const absl::Status& status) {
  return Payload(status, kConstraintUrl);
}

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

}  // namespace tamarack::pg
