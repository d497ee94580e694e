#pragma once

#include "platform/pages/pages.h"
#include "services/payments/card_rules.h"
#include "services/payments/payment.h"

#include <string>
#include <string_view>

// The hosted pages' contents: what of a payment goes where. No I/O.
namespace tamarack::payments {

// "/en/card_details/<id>" and what follows.
std::string CardPath(std::string_view language, std::string_view payment_id,
                     std::string_view step = {});

// The page on which this payment goes on: the form, confirmation, or how it stands.
std::string NextPath(const Payment& payment, std::string_view language);

struct PageContext {
  std::string_view language;
  std::string_view csrf_token;
};

// The form, filled in with what `shown` has of payer and expiry; with its errors after a post.
pages::Page CardPage(const PageContext& context, const Payment& payment, const CheckedCard& shown);
pages::Page ConfirmPage(const PageContext& context, const Payment& payment);
pages::Page OutcomePage(const PageContext& context, const Payment& payment);

}  // namespace tamarack::payments
