#pragma once

#include "platform/auth/principal.h"

#include "tamarack/api/v1/policy.pb.h"

#include <absl/status/status.h>

namespace tamarack::rpc {

// Whether `principal` (nullptr: no valid credential) may call a method with this policy.
// UNAUTHENTICATED or PERMISSION_DENIED when not. INTERNAL methods without scopes authenticate their
// caller themselves.
absl::Status CheckAccess(const api::v1::MethodPolicy& policy, const auth::Principal* principal);

}  // namespace tamarack::rpc
