// What an API key may be. Pure functions.
#pragma once

#include "platform/base/clock.h"

#include "tamarack/identity/v1/admin_service.pb.h"

#include <absl/status/status.h>

#include <set>
#include <string>
#include <string_view>

namespace tamarack::identity {

// What a key of the kind may do at most, and does when nothing was chosen.
std::set<std::string, std::less<>> ScopesOfKind(std::string_view kind);

// INVALID_ARGUMENT for a type or a scope that the kind does not have, or an end that has passed.
absl::Status CheckNewApiKey(const v1::CreateApiKeyRequest& request, TimePoint now);

// INVALID_ARGUMENT for an end of the previous secret that has passed: a slip of the clock would end
// at once what is in use.
absl::Status CheckRotation(const v1::RotateApiKeyRequest& request, TimePoint now);

}  // namespace tamarack::identity
