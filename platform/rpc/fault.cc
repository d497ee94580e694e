#include "platform/rpc/fault.h"

namespace tamarack::rpc {

Fault FaultOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnauthenticated:
      return Fault::kUnreachable;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return Fault::kBackEnd;
    case absl::StatusCode::kDataLoss:  // what is to be sent cannot be read
    case absl::StatusCode::kCancelled:
      return Fault::kUntold;
    default:
      return Fault::kNone;
  }
}

}  // namespace tamarack::rpc
