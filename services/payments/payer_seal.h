#pragma once

#include "platform/crypto/seal.h"
#include "services/payments/payment.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace tamarack::payments {

// What a payer is sealed for (the `aad`).
std::string PayerPlace(std::string_view payment_id);

// A payer as sealed JSON, bound to its payment.
std::string SealPayer(const crypto::Sealer& sealer, std::string_view payment_id,
                      const Payer& payer);

// An empty text is an empty payer. DATA_LOSS when it cannot be read, which is reported.
absl::StatusOr<Payer> OpenPayer(const crypto::Sealer& sealer, std::string_view payment_id,
                                std::string_view sealed);

}  // namespace tamarack::payments
