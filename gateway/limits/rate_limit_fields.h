#pragma once

#include "gateway/limits/bucket.h"
#include "gateway/limits/rate_class.h"
#include "gateway/problem/problem.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// What callers are told of their limits: draft-ietf-httpapi-ratelimit-headers-10. The policies are
// called `burst`, `daily` and `concurrent`.

// `"burst";q=100;w=60, "daily";q=1000;w=86400`: what is allowed.
std::string RateLimitPolicyField(const RateClass& figures);

// `"burst";r=50;t=30`: what is left, and in how many seconds all of it is back.
std::string RateLimitField(const RateClass& figures, const Bucket& bucket, int64_t now);

// The policies that do not let another request in now.
std::vector<std::string_view> ViolatedPolicies(const RateClass& figures, const Bucket& bucket,
                                               int64_t now);

// 429 with `violated-policies` and Retry-After.
Problem QuotaExceeded(const std::vector<std::string_view>& violated, const RateClass& figures,
                      const Bucket& bucket, int64_t now);

}  // namespace tamarack::gateway
