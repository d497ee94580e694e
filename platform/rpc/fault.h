#pragma once

#include "platform/base/status.h"

namespace tamarack::rpc {

// What the end of a call says of the back end.
enum class Fault {
  kNone,         // it answered, if only by refusing what was asked
  kBackEnd,      // no answer in time, an error of its own, or it does not let us: perhaps this call
  kUnreachable,  // not there, or it does not know us: any call would have ended so
  kUntold,       // nothing: it was not asked, or the caller gave up
};
Fault FaultOf(const absl::Status& status);

}  // namespace tamarack::rpc
