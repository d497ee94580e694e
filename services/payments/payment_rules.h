#pragma once

#include "services/payments/payment.h"

#include <set>
#include <string>
#include <string_view>

// What may become of a payment, and how its status looks from outside. Pure functions.
namespace tamarack::payments {

// Cards that may be tried for one payment, accepted ones included. When the last is declined, it
// has failed.
inline constexpr int kAttemptsMax = 5;

bool CanMove(Status from, Status to);

// Nothing changes this status any more as far as the API tells (GOV.UK Pay calls an approved
// capture finished).
bool IsFinished(Status status);

// `state` of the API.
struct State {
  std::string_view status;
  bool finished = false;
  std::string_view code;
  std::string_view message;
};
State StateOf(Status status);

// The event that tells of a status, such as "ca.tamarack.payments.payment.succeeded.v1"; "" when
// none does.
std::string_view EventTypeOf(Status status);
// All of them.
const std::set<std::string, std::less<>>& EventTypes();

// 2026-03-25T13:11:29.019Z
std::string FormatMillis(TimePoint time);

}  // namespace tamarack::payments
