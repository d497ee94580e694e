#pragma once

#include "tamarack/tellusonce/v1/subscription_service.pb.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::tellusonce {

// The scheme and authority of an absolute http or https URL (platform/http/web_url.h), in lower
// case: `https://host:port`; empty for anything else.
std::string OriginOf(std::string_view url);

// Where `return_to` leads a person who reads in `lang` ("en" or "fr"): `{lang}` in it is a variable
// (a URI template, RFC 6570), and a path of this site begins with the language.
std::string ReturnUrl(std::string_view return_to, std::string_view lang);

// Whether the subscription names the origin of `url`.
bool NamesOriginOf(const v1::Subscription& subscription, std::string_view url);

// `return_to`, as it is, when ReturnUrl leads to where the person may be sent: a path of this site,
// or a URL whose origin a subscription names. Else empty, so that no page of ours leads people to
// strangers (open redirect).
std::string SafeReturnTo(std::string_view return_to, std::string_view lang,
                         const std::vector<v1::Subscription>& subscriptions);

}  // namespace tamarack::tellusonce
