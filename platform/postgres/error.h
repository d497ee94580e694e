#pragma once

#include <libpq-fe.h>

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace tamarack::pg {

// The status that stands for a five-character SQLSTATE; `message` becomes its text.
absl::Status FromSqlState(std::string_view sqlstate, std::string_view message);
// The same for a failed result; keeps SQLSTATE and constraint name as payloads.
absl::Status FromResult(const PGresult* result);

// What a database error carried; "" when the status did not come from PostgreSQL.
std::string SqlState(const absl::Status& status);
// The violated constraint or unique index, e.g. "payment_request_id_key".
std::string Constraint(const absl::Status& status);
// True if the same work may succeed when tried again (UNAVAILABLE, ABORTED, …).
bool IsTransient(const absl::Status& status);

}  // namespace tamarack::pg
