#pragma once

#include "gateway/request/uri.h"
#include "gateway/request/visit.h"

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

// A form may change something only if it was sent by a page of ours. A browser that says so both
// ways, `Sec-Fetch-Site: same-origin` and our Origin, is enough. Where one of them is missing, the
// other has to say so, and the form holds the token that only our pages were given. Where
// `needs_session`, the form holds the session's token in any case. Programs may send the token as
// header X-CSRF-Token.
bool IsOwnForm(const Visit& visit, const Parameters& form, bool needs_session);

}  // namespace tamarack::gateway
