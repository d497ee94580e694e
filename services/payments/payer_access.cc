#include "services/payments/payer_access.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

#include <absl/strings/numbers.h>

#include <vector>

namespace tamarack::payments {
namespace {

constexpr int64_t kCookieSeconds = 24 * 3600;
constexpr size_t kGrantsMax = 4;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTextSizeMax = 1024;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool IsPast(std::string_view unix_seconds, int64_t now) {
  int64_t end = 0;
  return !absl::SimpleAtoi(ToAbsl(unix_seconds), &end) || end <= now;
}

std::string SignWith(const crypto::VersionKey& key, std::string_view purpose,
                     std::string_view text) {
  return crypto::Base64UrlEncode(
      crypto::HmacSha256(key.bytes, absl::StrCat(ToAbsl(purpose), "|", ToAbsl(text))));
}

}  // namespace

PayerAccess::PayerAccess(const crypto::Keyring& ring, Clock clock)
    : keys_(ring.For("payments.payer_access")), clock_(std::move(clock)) {}

// Token: payment.expiry.nonce.mac
std::string PayerAccess::MakeLink(std::string_view payment_id) const {
  std::string text = absl::StrCat(ToAbsl(payment_id), ".", UnixSeconds(clock_()) + kLinkSeconds,
                                  ".", crypto::RandomToken(kNonceBytes));
  return text + "." + Sign("link", text);
}

std::optional<PayerLink> PayerAccess::ReadLink(std::string_view token) const {
  auto parts = Split(token.substr(0, kTextSizeMax), '.');
  if (parts.size() != 4) return std::nullopt;
  std::string_view text = token.substr(0, token.size() - parts[3].size() - 1);
  if (!IsSigned("link", text, parts[3]) || IsPast(parts[1], UnixSeconds(clock_())))
    return std::nullopt;
  return PayerLink{std::string(parts[0]), std::string(parts[2])};
}

// Cookie: payment.expiry.mac, newest first, separated by `~`.
std::string PayerAccess::Grant(std::string_view cookie, std::string_view payment_id) const {
  std::string text = absl::StrCat(ToAbsl(payment_id), ".", UnixSeconds(clock_()) + kCookieSeconds);
  std::string granted = text + "." + Sign("cookie", text);
  size_t count = 1;
  for (std::string_view grant : Split(cookie.substr(0, kTextSizeMax), '~')) {
    auto parts = Split(grant, '.');
    bool is_kept = parts.size() == 3 && parts[0] != payment_id && IsGranted(grant, parts[0]);
    if (is_kept && count++ < kGrantsMax) absl::StrAppend(&granted, "~", ToAbsl(grant));
  }
  return granted;
}

bool PayerAccess::IsGranted(std::string_view cookie, std::string_view payment_id) const {
  for (std::string_view grant : Split(cookie.substr(0, kTextSizeMax), '~')) {
    auto parts = Split(grant, '.');
    if (parts.size() != 3 || parts[0] != payment_id) continue;
    std::string_view text = grant.substr(0, grant.size() - parts[2].size() - 1);
    if (IsSigned("cookie", text, parts[2]) && !IsPast(parts[1], UnixSeconds(clock_()))) return true;
  }
  return false;
}

std::string PayerAccess::Sign(std::string_view purpose, std::string_view text) const {
  return SignWith(keys_.Now()->current(), purpose, text);
}

bool PayerAccess::IsSigned(std::string_view purpose, std::string_view text,
                           std::string_view mac) const {
  bool is_signed = false;
  auto keys = keys_.Now();
  for (const crypto::VersionKey& key : keys->all)
    is_signed |= crypto::ConstantTimeEqual(SignWith(key, purpose, text), mac);
  return is_signed;
}

}  // namespace tamarack::payments
