#include "gateway/request/csrf.h"

#include "platform/base/status.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace tamarack::gateway {
namespace {

constexpr size_t kTokenBytes = 16;
constexpr size_t kTokenLength = 22;  // base64url of 16 bytes

bool IsSameOrigin(const Visit& visit) {
  if (auto site = visit.request.headers.Get("sec-fetch-site"))
    return *site == "same-origin" || *site == "none";
  return visit.request.headers.Get("origin") == visit.origin;
}

// No page of another site can have a browser say this.
bool IsSurelyOurs(const Visit& visit) {
  return visit.request.headers.Get("sec-fetch-site") == "same-origin" &&
         visit.request.headers.Get("origin") == visit.origin;
}

}  // namespace

std::string CsrfToken(const Visit& visit) {
  std::string_view token = visit.Cookie(kCsrfCookie);
  bool ok = token.size() == kTokenLength && std::all_of(token.begin(), token.end(), [](char c) {
              return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
            });
  return ok ? std::string(token) : std::string();
}

std::string NewCsrfToken() {
  return crypto::RandomToken(kTokenBytes);
}

std::string CsrfCookie(std::string_view token) {
  return absl::StrCat(ToAbsl(kCsrfCookie), "=", ToAbsl(token),
                      "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

std::string SessionFormToken(std::string_view session) {
  if (session.empty()) return {};
  return crypto::Base64UrlEncode(crypto::Sha256(absl::StrCat("form\n", ToAbsl(session))))
      .substr(0, kTokenLength);
}

bool IsOwnForm(const Visit& visit, const Parameters& form, bool needs_session) {
  // Of two pages that were opened at once the cookie has the token of one.
  if (!needs_session && IsSurelyOurs(visit)) return true;
  if (!IsSameOrigin(visit)) return false;
  std::string_view sent = visit.request.headers.Get("x-csrf-token").value_or("");
  for (const auto& [name, value] : form) {
    if (name == "csrf_token") sent = value;
  }
  auto is_sent = [&](const std::string& expected) {
    return !expected.empty() && crypto::ConstantTimeEqual(sent, expected);
  };
  return is_sent(SessionFormToken(visit.Cookie(kSessionCookie))) ||
         (!needs_session && is_sent(CsrfToken(visit)));
}

}  // namespace tamarack::gateway
