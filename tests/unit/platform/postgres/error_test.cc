#include "platform/postgres/error.h"

#include <catch2/catch.hpp>

#include <utility>

namespace tamarack::pg {
namespace {

TEST_CASE("FromSqlState: each class of error has its code", "[postgres]") {
  using enum absl::StatusCode;
  auto [state, code] = GENERATE(table<const char*, absl::StatusCode>({
      {"23505", kAlreadyExists},
      {"23503", kFailedPrecondition},
      {"23514", kFailedPrecondition},
      {"22P02", kInvalidArgument},
      {"22001", kInvalidArgument},
      {"40001", kAborted},
      {"40P01", kAborted},
      {"55P03", kAborted},
      {"42501", kInternal},
      {"57014", kDeadlineExceeded},
      {"57P01", kUnavailable},
      {"08006", kUnavailable},
      {"53300", kResourceExhausted},
      {"53100", kUnavailable},
      {"25006", kUnavailable},
      {"42703", kInternal},
      {"23502", kInternal},
      {"", kInternal},
  }));
  CAPTURE(state);
  absl::Status status = FromSqlState(state, "why");
  CHECK(status.code() == code);
  CHECK(status.message() == "why");
  CHECK(SqlState(status) == state);
}

TEST_CASE("IsTransient: only what may succeed later", "[postgres]") {
  CHECK(IsTransient(FromSqlState("40P01", "")));
  CHECK(IsTransient(FromSqlState("57P01", "")));
  CHECK_FALSE(IsTransient(FromSqlState("23505", "")));
  CHECK_FALSE(IsTransient(FromSqlState("42703", "")));
  CHECK(Constraint(absl::InternalError("not from a database")).empty());
}

}  // namespace
}  // namespace tamarack::pg
