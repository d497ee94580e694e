#pragma once

#include <absl/status/status.h>

#include <string_view>

// Errors of GOV.UK Pay's API: codes and texts are part of the contract.
namespace tamarack::payments {

// 400 P0101.
absl::Status MissingAttribute(std::string_view field);
// P0102 "Invalid attribute value: <field>. <what>". 400 for what is of the wrong type, 422 for what
// is out of range.
absl::Status InvalidAttribute(int http_status, std::string_view field, std::string_view what);
// 422 P0102 that names the request header.
absl::Status InvalidIdempotencyKey(std::string_view what);
// 409 P0191.
absl::Status IdempotencyKeyUsed();
// 403 P0940: a live payment, and no processor that takes real money.
absl::Status NoLiveProcessor();
// 404 with the code of the method that was called.
absl::Status PaymentNotFound(std::string_view code);
// 400 P0501: the payment's state does not allow it.
absl::Status NotCancellable();
// 422 P0401.
absl::Status InvalidParameters(std::string_view names);
// 404 P0402.
absl::Status PageNotFound();

}  // namespace tamarack::payments
