#include "platform/rpc/fault.h"

#include <catch2/catch.hpp>

namespace tamarack::rpc {
namespace {

using absl::StatusCode;

TEST_CASE("Fault: what a call's end says of the back end") {
  struct Case {
    StatusCode code;
    Fault fault;
  };
  auto c = GENERATE(values<Case>({{StatusCode::kOk, Fault::kNone},
                                  {StatusCode::kInvalidArgument, Fault::kNone},
                                  {StatusCode::kNotFound, Fault::kNone},
                                  {StatusCode::kAlreadyExists, Fault::kNone},
                                  {StatusCode::kFailedPrecondition, Fault::kNone},
                                  {StatusCode::kAborted, Fault::kNone},
                                  {StatusCode::kOutOfRange, Fault::kNone},
                                  {StatusCode::kDeadlineExceeded, Fault::kBackEnd},
                                  {StatusCode::kInternal, Fault::kBackEnd},
                                  {StatusCode::kUnknown, Fault::kBackEnd},
                                  {StatusCode::kResourceExhausted, Fault::kBackEnd},
                                  {StatusCode::kUnavailable, Fault::kUnreachable},
                                  {StatusCode::kUnauthenticated, Fault::kUnreachable},
                                  {StatusCode::kPermissionDenied, Fault::kBackEnd},
                                  {StatusCode::kUnimplemented, Fault::kBackEnd},
                                  {StatusCode::kDataLoss, Fault::kUntold},
                                  {StatusCode::kCancelled, Fault::kUntold}}));
  INFO(absl::StatusCodeToString(c.code));
  CHECK(FaultOf(absl::Status(c.code, "")) == c.fault);
}

}  // namespace
}  // namespace tamarack::rpc
