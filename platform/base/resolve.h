#pragma once

#include "platform/base/status.h"

#include <string>

namespace tamarack {

// The first numeric address of a host name, looked up off the loop (C libraries would block on
// DNS). A numeric address is returned as it is. UNAVAILABLE if the name has none.
Async<std::string> Resolve(std::string host);

}  // namespace tamarack
