#pragma once

#include "platform/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::payments {

// A single-use link as it was read: genuine and in time. Whether it was used already, the database
// knows.
struct PayerLink {
  std::string payment_id;
  std::string nonce;
};

// What opens a payment's pages: single-use links, and the cookie that such a link is turned into.
// Both are signed, so that neither creating nor reading a payment has to store one.
class PayerAccess {
 public:
  // `secret` is the service's key material.
  PayerAccess(std::string_view secret, Clock clock);

  // A new link token, good for seven days.
  std::string MakeLink(std::string_view payment_id) const;
  std::optional<PayerLink> ReadLink(std::string_view token) const;

  // `cookie` with the payment added: the browser keeps its last few payments, so that two can be
  // paid side by side.
  std::string Grant(std::string_view cookie, std::string_view payment_id) const;
  bool IsGranted(std::string_view cookie, std::string_view payment_id) const;

 private:
  std::string Sign(std::string_view purpose, std::string_view text) const;
  bool IsSigned(std::string_view purpose, std::string_view text, std::string_view mac) const;

  std::string key_;
  Clock clock_;
};

}  // namespace tamarack::payments
