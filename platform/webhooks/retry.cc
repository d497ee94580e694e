#include "platform/webhooks/retry.h"

#include "platform/base/status.h"
#include "platform/http/date.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

namespace tamarack::webhooks {
namespace {

// The example schedule of the Standard Webhooks specification; it spans 75 hours.
constexpr absl::Duration kGaps[kAttemptsMax - 1] = {
    absl::Seconds(5), absl::Minutes(5), absl::Minutes(30), absl::Hours(2),  absl::Hours(5),
    absl::Hours(10),  absl::Hours(14),  absl::Hours(20),   absl::Hours(24),
};
// Behind what else waits for the endpoint.
constexpr absl::Duration kOutageGap = absl::Seconds(30);
constexpr double kJitter = 0.2;
constexpr absl::Duration kPauseMax = absl::Hours(24);
constexpr absl::Duration kSecretGap = absl::Minutes(1);

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// RFC 9110 section 10.2.3: seconds or an HTTP date.
absl::Duration RetryAfter(const http::ClientResponse& response, absl::Time now) {
  auto header = response.headers.Get("retry-after");
  if (!header) return absl::ZeroDuration();
  absl::Duration wait = absl::ZeroDuration();
  if (IsDigits(*header)) {
    int64_t seconds = 0;  // as many as there can be, where there are more
    std::ignore = absl::SimpleAtoi(ToAbsl(*header), &seconds);
    wait = absl::Seconds(seconds);
  } else if (auto date = http::ParseHttpDate(*header, now)) {
    wait = *date - now;
  }
  return std::clamp(wait, absl::ZeroDuration(), kPauseMax);
}

const char* ErrorClass(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return "timeout";
    case absl::StatusCode::kFailedPrecondition:
      return "refused_address";
    case absl::StatusCode::kInvalidArgument:
      return "bad_endpoint";
    case absl::StatusCode::kResourceExhausted:
      return "response_too_large";
    case absl::StatusCode::kDataLoss:
      return "bad_response";
    default:
      return "connect";
  }
}

}  // namespace

absl::Duration RetryGap(int attempt, double jitter, double scale) {
  if (attempt < 1 || attempt >= kAttemptsMax) return absl::InfiniteDuration();
  return kGaps[attempt - 1] * (scale * (1 + kJitter * jitter));
}

absl::Duration OutageMax(double scale) {
  absl::Duration all = absl::ZeroDuration();
  for (absl::Duration gap : kGaps) all += gap;
  return all * scale;
}

void BecomeOutage(Verdict& verdict, double scale) {
  verdict.is_outage = true;
  verdict.state = DeliveryState::kPending;
  verdict.retry_in = std::max(kOutageGap * scale, verdict.pause_endpoint);
}

Verdict WithoutSecret() {
  Verdict verdict;
  verdict.error = "unreadable_secret";
  verdict.retry_in = kSecretGap;
  verdict.is_attempt = false;
  return verdict;
}

Verdict Judge(const absl::StatusOr<http::ClientResponse>& answer, int attempt, double jitter,
              double scale, absl::Time now) {
  Verdict verdict;
  if (answer.ok()) {
    verdict.status = answer->status;
    verdict.contact = verdict.status >= 500 ? work::Contact::kFailed : work::Contact::kReached;
    if (verdict.status >= 200 && verdict.status < 300) {
      verdict.state = DeliveryState::kDelivered;
      return verdict;
    }
    verdict.error = verdict.status >= 300 && verdict.status < 400 ? "redirect" : "http";
    if (verdict.status == 410) {
      verdict.state = DeliveryState::kParked;
      verdict.error = "gone";
      verdict.disable_endpoint = true;
      return verdict;
    }
    if (verdict.status == 429 || verdict.status == 503) {
      verdict.pause_endpoint = RetryAfter(*answer, now);
    }
  } else {
    verdict.error = ErrorClass(answer.status());
    if (!absl::IsFailedPrecondition(answer.status()) && !absl::IsInvalidArgument(answer.status())) {
      verdict.contact =
          http::WasSent(answer.status()) ? work::Contact::kFailed : work::Contact::kNotReached;
    }
  }
  absl::Duration gap = RetryGap(attempt, jitter, scale);
  if (gap == absl::InfiniteDuration()) {
    verdict.state = DeliveryState::kParked;
  } else {
    verdict.retry_in = std::max(gap, verdict.pause_endpoint);
  }
  return verdict;
}

}  // namespace tamarack::webhooks
