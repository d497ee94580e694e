#pragma once

#include "platform/pages/pages.h"
#include "services/payments/payment.h"
#include "services/payments/processors/processor.h"

#include "tamarack/payments/v1/card_page_service.pb.h"

#include <string>
#include <string_view>
#include <vector>

// What a person typed into the card form, checked: nothing is cut, and a card number in a field
// that is for something else goes no further. Pure functions.
namespace tamarack::payments {

struct FieldError {
  std::string field;  // of the proto
  std::string key;    // of the catalogue
  pages::Params params = {};
};

struct CheckedCard {
  Card card;
  CardSummary summary;
  Payer payer;
  // As typed, to be shown again.
  std::string expiry_month;
  std::string expiry_year;
  std::vector<FieldError> errors;  // in the order of the form
};
CheckedCard CheckCard(const v1::SubmitCardRequest& request, TimePoint now);

}  // namespace tamarack::payments
