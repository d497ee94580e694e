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
  int64_t total = 0;  // with a cursor: as it was counted for the first page
};
absl::StatusOr<ListQuery> CheckList(const v1::ListPaymentsRequest& request);

// How many payments match, as far as is known: what was counted, or was there to see.
int64_t TotalOf(const ListQuery& query, const PaymentPage& page);

// self, first, last, previous and next page; the other parameters stay. The next one goes on where
// this one ends; where the last one is, is not known of 10,000 payments or more.
v1::SearchLinks LinksOf(const v1::ListPaymentsRequest& request, const ListQuery& query,
                        const PaymentPage& page, const std::string& base_url);

}  // namespace tamarack::payments
