#pragma once

#include "gateway/uri.h"
#include "gateway/visit.h"

#include <string>
#include <string_view>

namespace tamarack::gateway {

inline constexpr std::string_view kSessionCookie = "__Host-tamarack-session";
inline constexpr std::string_view kCsrfCookie = "__Host-tamarack-csrf";

// The token of the visitor's cookie; empty when there is none or it is not one of ours.
std::string CsrfToken(const Visit& visit);
std::string NewCsrfToken();
// The Set-Cookie value.
std::string CsrfCookie(std::string_view token);

// The token of forms on pages for who is signed in: whoever signs in next in the same browser has
// another, so that no form takes effect for somebody who has not seen it. `session` is the cookie's
// value; empty without one.
std::string SessionFormToken(std::string_view session);

// A form may change something only if it was sent by a page of ours: the browser says that it comes
// from the same origin (Sec-Fetch-Site, or Origin where a browser is too old), and it holds the
// token that only our pages were given; where `needs_session`, the one of the session. Programs may
// send the token as header X-CSRF-Token.
bool IsOwnForm(const Visit& visit, const Parameters& form, bool needs_session);

}  // namespace tamarack::gateway
