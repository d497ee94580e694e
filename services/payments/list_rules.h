#pragma once

#include "services/payments/payment_repository.h"

#include <absl/status/statusor.h>
#include "tamarack/payments/v1/payment_service.pb.h"

#include <cstdint>

namespace tamarack::payments {

// What a search asks for, checked: one 422 P0401 names every bad parameter.
struct ListQuery {
  PaymentFilter filter;
  int64_t page = 1;
  int64_t display_size = 500;
};
absl::StatusOr<ListQuery> CheckList(const v1::ListPaymentsRequest& request);

// self, first, last, previous and next page; the other parameters stay.
v1::SearchLinks LinksOf(const v1::ListPaymentsRequest& request, const ListQuery& query,
                        int64_t total, const std::string& base_url);

}  // namespace tamarack::payments
