#pragma once

#include "platform/pages/pages.h"

#include "tamarack/tellusonce/v1/subscription_service.pb.h"

#include <string>
#include <string_view>
#include <vector>

// Addresses in Canada: pure rules, no I/O.
namespace tamarack::tellusonce {

// What is wrong with a field, as a key of the page's catalogue.
struct AddressProblem {
  std::string field;
  std::string text_key;
  pages::Params params;
};

// The address in NFC, with spaces trimmed and folded, the postal code as `A1A 1A1`.
v1::Address Normalize(const v1::Address& address);

// Problems of a normalised address; empty when it can be told.
std::vector<AddressProblem> CheckAddress(const v1::Address& address);

// `10-123 Main Street, Ottawa ON  K1A 0A6`: for showing on one line.
std::string OneLine(const v1::Address& address);

}  // namespace tamarack::tellusonce
