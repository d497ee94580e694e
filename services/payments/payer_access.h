#pragma once

#include "platform/base/clock.h"
#include "platform/crypto/keyring.h"

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

inline constexpr int64_t kLinkSeconds = 7 * 24 * 3600;

// What opens a payment's pages: single-use links, and the cookie that such a link is turned into.
// Both are signed, so that neither creating nor reading a payment has to store one.
class PayerAccess {
 public:
  PayerAccess(const crypto::Keyring& ring, Clock clock);

  // A new link token, good for kLinkSeconds.
  std::string MakeLink(std::string_view payment_id) const;
  std::optional<PayerLink> ReadLink(std::string_view token) const;

  // `cookie` with the payment added: the browser keeps its last few payments, so that two can be
  // paid side by side.
  std::string Grant(std::string_view cookie, std::string_view payment_id) const;
  bool IsGranted(std::string_view cookie, std::string_view payment_id) const;

 private:
  std::string Sign(std::string_view purpose, std::string_view text) const;
  bool IsSigned(std::string_view purpose, std::string_view text, std::string_view mac) const;

  crypto::PurposeView keys_;
  Clock clock_;
};

}  // namespace tamarack::payments
