#pragma once

#include "tamarack/tellusonce/v1/subscription_service.pb.h"

#include <string>
#include <string_view>
#include <vector>

namespace tamarack::tellusonce {

// The scheme and authority of an absolute http or https URL (platform/http/web_url.h), in lower
// case: `https://host:port`; empty for anything else.
std::string OriginOf(std::string_view url);

// `return_to` when the person may be sent there: a path of this site, or a URL whose origin a
// subscription names. Else empty, so that no page of ours leads people to strangers (open
// redirect).
std::string SafeReturnTo(std::string_view return_to,
                         const std::vector<v1::Subscription>& subscriptions);

}  // namespace tamarack::tellusonce
