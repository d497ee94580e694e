#include "services/payments/payment_rules.h"

#include <absl/time/time.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace tamarack::payments {
namespace {

using enum Status;

constexpr std::pair<Status, Status> kMoves[] = {
    {kCreated, kEnteringCardDetails},
    {kCreated, kExpired},
    {kCreated, kUserCancelled},
    {kCreated, kSystemCancelled},
    {kEnteringCardDetails, kAuthorisationSubmitted},
    {kEnteringCardDetails, kAuthorisationRejected},
    {kEnteringCardDetails, kExpired},
    {kEnteringCardDetails, kUserCancelled},
    {kEnteringCardDetails, kSystemCancelled},
    {kAuthorisationSubmitted, kAuthorisationSuccess},
    {kAuthorisationSubmitted,
     kEnteringCardDetails},  // declined, or never reached the processor: another card
    {kAuthorisationSubmitted, kAuthorisationRejected},
    {kAuthorisationSubmitted, kAuthorisationError},
    // With the answer outstanding. Should it be "authorised", the reservation is released then.
    {kAuthorisationSubmitted, kExpired},
    {kAuthorisationSubmitted, kUserCancelled},
    {kAuthorisationSubmitted, kSystemCancelled},
    {kAuthorisationSuccess, kCaptureApproved},
    {kAuthorisationSuccess,
     kEnteringCardDetails},  // the person changes the details: the reservation is released
    {kAuthorisationSuccess, kExpired},
    {kAuthorisationSuccess, kUserCancelled},
    {kAuthorisationSuccess, kSystemCancelled},
    {kCaptureApproved, kCaptured},
    {kCaptureApproved, kCaptureError},
};

}  // namespace

bool CanMove(Status from, Status to) {
  return std::find(std::begin(kMoves), std::end(kMoves), std::pair(from, to)) != std::end(kMoves);
}

bool IsFinished(Status status) {
  return status >= kCaptureApproved;
}

State StateOf(Status status) {
  switch (status) {
    case kCreated:
      return {"created", false, "", ""};
    case kEnteringCardDetails:
    case kAuthorisationSubmitted:
      return {"started", false, "", ""};
    case kAuthorisationSuccess:
      return {"submitted", false, "", ""};
    case kCaptureApproved:
    case kCaptured:
      return {"success", true, "", ""};
    case kAuthorisationRejected:
      return {"failed", true, "P0010", "Payment method rejected"};
    case kExpired:
      return {"failed", true, "P0020", "Payment expired"};
    case kUserCancelled:
      return {"failed", true, "P0030", "Payment was cancelled by the user"};
    case kSystemCancelled:
      return {"cancelled", true, "P0040", "Payment was cancelled by the service"};
    case kAuthorisationError:
    case kCaptureError:
      return {"error", true, "P0050", "Payment provider returned an error"};
  }
  return {"error", true, "P0050", "Payment provider returned an error"};
}

std::string_view EventTypeOf(Status status) {
  switch (status) {
    case kCaptureApproved:
      return "ca.tamarack.payments.payment.succeeded.v1";
    case kCaptured:
      return "ca.tamarack.payments.payment.captured.v1";
    case kExpired:
      return "ca.tamarack.payments.payment.expired.v1";
    case kSystemCancelled:
      return "ca.tamarack.payments.payment.cancelled.v1";
    case kAuthorisationRejected:
    case kUserCancelled:
    case kAuthorisationError:
    case kCaptureError:
      return "ca.tamarack.payments.payment.failed.v1";
    case kCreated:
    case kEnteringCardDetails:
    case kAuthorisationSubmitted:
    case kAuthorisationSuccess:
      return "";
  }
  return "";
}

const std::set<std::string, std::less<>>& EventTypes() {
  static const auto kTypes = [] {
    std::set<std::string, std::less<>> types;
    for (int status = 1; status <= static_cast<int>(kCaptureError); ++status)
      types.emplace(EventTypeOf(static_cast<Status>(status)));
    types.erase("");
    return types;
  }();
  return kTypes;
}

std::string FormatMillis(TimePoint time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMicros(UnixMicros(time)),
                          absl::UTCTimeZone());
}

}  // namespace tamarack::payments
