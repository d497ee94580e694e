#pragma once

#include "gateway/request/visit.h"
#include "tamarack/api/v1/policy.pb.h"

#include <chrono>
#include <optional>

namespace tamarack::gateway {

inline constexpr char kRequestTimeoutHeader[] = "Request-Timeout";

// How long the service may take: the policy's time (10 s if it says none), or less where the caller
// says so in `Request-Timeout` (seconds, whole or decimal to the millisecond, more than 0). Nothing
// when that header is not such a number.
std::optional<std::chrono::milliseconds> CallTimeout(const Visit& visit,
                                                     const api::v1::MethodPolicy& policy);

}  // namespace tamarack::gateway
