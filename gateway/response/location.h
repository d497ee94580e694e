#pragma once

#include "gateway/codec/message_plan.h"

#include <string>
#include <string_view>

namespace tamarack::gateway {

// `/v1/payments/{payment_id}` with the fields of the answer in place of the braces; a field that is
// not set is empty. Fields may be nested: `{payment.id}`.
std::string FillLocation(std::string_view location, std::string_view wire, const MessagePlan& plan);

}  // namespace tamarack::gateway
