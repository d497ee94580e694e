#pragma once

#include "services/payments/payment.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include "tamarack/payments/v1/payment_service.pb.h"

#include <string>
#include <string_view>

// What a new payment must be: GOV.UK Pay's rules, codes and texts. One error at a time: amount,
// reference and description first, then the rest; a missing value or a wrong type is 400, a value
// out of range 422.
namespace tamarack::payments {

inline constexpr int64_t kAmountCentsMin = 1;
inline constexpr int64_t kAmountCentsMax = 10'000'000;

// The request as a payment without id and owner. `is_live`: http return URLs are refused.
absl::StatusOr<Payment> CheckCreate(const v1::CreatePaymentRequest& request, bool is_live);

absl::Status CheckIdempotencyKey(std::string_view key);

}  // namespace tamarack::payments
