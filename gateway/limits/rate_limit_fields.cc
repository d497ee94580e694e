#include "gateway/limits/rate_limit_fields.h"

#include "platform/base/status.h"

#include <boost/json/array.hpp>

namespace tamarack::gateway {

namespace {

constexpr std::string_view kBurst = "burst", kDaily = "daily", kConcurrent = "concurrent";
constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kDaySeconds = 86'400;

int64_t CeilSeconds(int64_t micros) {
  return (micros + kSecondUs - 1) / kSecondUs;
}

int64_t SecondsToTomorrow(int64_t now) {
  return kDaySeconds - now / kSecondUs % kDaySeconds;
}

}  // namespace

std::string RateLimitPolicyField(const RateClass& figures) {
  std::string field =
      absl::StrCat("\"burst\";q=", figures.burst, ";w=", CeilSeconds(figures.burst_us()));
  if (figures.per_day > 0)
    absl::StrAppend(&field, ", \"daily\";q=", figures.per_day, ";w=", kDaySeconds);
  if (figures.concurrent > 0)
    absl::StrAppend(&field, ", \"concurrent\";q=", figures.concurrent,
                    ";qu=\"concurrent-requests\"");
  return field;
}

std::string RateLimitField(const RateClass& figures, const Bucket& bucket, int64_t now) {
  std::string field =
      absl::StrCat("\"burst\";r=", bucket.Left(figures, now), ";t=", CeilSeconds(bucket.Debt(now)));
  if (figures.per_day > 0) {
    absl::StrAppend(&field, ", \"daily\";r=", std::max<int64_t>(0, bucket.LeftToday(figures)),
                    ";t=", SecondsToTomorrow(now));
  }
  return field;
}

std::vector<std::string_view> ViolatedPolicies(const RateClass& figures, const Bucket& bucket,
                                               int64_t now) {
  std::vector<std::string_view> violated;
  if (bucket.Left(figures, now) == 0) violated.push_back(kBurst);
  if (figures.per_day > 0 && bucket.LeftToday(figures) <= 0) violated.push_back(kDaily);
  if (!bucket.HasSlot(figures)) violated.push_back(kConcurrent);
  // What was used up when the request was refused may have come back in this very microsecond.
  if (violated.empty()) violated.push_back(kBurst);
  return violated;
}

Problem QuotaExceeded(const std::vector<std::string_view>& violated, const RateClass& figures,
                      const Bucket& bucket, int64_t now) {
  Problem problem{ProblemKind::kQuotaExceeded};
  int64_t wait = 1;
  boost::json::array names;
  for (std::string_view policy : violated) {
    names.emplace_back(policy);
    if (policy == kBurst) {
      int64_t over = bucket.Debt(now) + figures.interval_us() - figures.burst_us();
      wait = std::max(wait, CeilSeconds(over));
    }
    if (policy == kDaily) wait = std::max(wait, SecondsToTomorrow(now));
  }
  problem.members["violated-policies"] = std::move(names);
  problem.headers.Set("Retry-After", std::to_string(wait));
  return problem;
}

}  // namespace tamarack::gateway
