#pragma once

#include "services/payments/payment.h"
#include "services/payments/processors/processor.h"

#include "tamarack/payments/v1/card_page_service.pb.h"

#include <string>
#include <string_view>
#include <vector>

// What a person typed into the card form, checked. Pure functions.
namespace tamarack::payments {

struct FieldError {
  std::string field;  // of the proto
  std::string key;    // of the catalogue
};

struct CheckedCard {
  Card card;
  CardSummary summary;
  Payer payer;
  std::vector<FieldError> errors;  // in the order of the form
};
CheckedCard CheckCard(const v1::SubmitCardRequest& request, TimePoint now);

// Luhn (ISO/IEC 7812-1 annex B), 12 to 19 digits.
bool IsCardNumber(std::string_view digits);

// "visa", "master-card", "american-express", …; "" for networks that are not accepted.
std::string_view BrandOf(std::string_view digits);

}  // namespace tamarack::payments
