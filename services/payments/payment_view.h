#pragma once

#include "services/payments/payment.h"

#include "tamarack/payments/v1/payment_service.pb.h"

#include <string>
#include <string_view>

// Payments as the API shows them.
namespace tamarack::payments {

// Where the API and the pages are reached.
struct PublicUrls {
  std::string base;  // without trailing slash
  std::string PaymentUrl(std::string_view payment_id) const {
    return base + "/v1/payments/" + std::string(payment_id);
  }
};

// `link_token`: for next_url; unused once the payment is finished.
v1::Payment ViewOf(const Payment& payment, std::string_view provider, const PublicUrls& urls,
                   const std::string& link_token);

v1::PaymentState ViewOf(Status status);

// `card_brand` of the API as people write it: "Visa".
std::string BrandLabel(std::string_view brand);

}  // namespace tamarack::payments
