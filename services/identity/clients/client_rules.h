// What ministries' clients may be. Pure functions.
#pragma once

#include "tamarack/identity/v1/admin_service.pb.h"

#include <absl/status/status.h>

#include <string_view>

namespace tamarack::identity {

// RFC 6749 section 3.1.2 and RFC 8252: absolute, without fragment; plain http only on this machine;
// no parameter of an authorization response in its query.
bool IsRedirectUri(std::string_view uri);

// Whether a client may be given the scope: one of people, one of a platform's service, or
// `service.right` of a plug-in, whose names nobody here knows. Never the platform's own, which are
// in internal_clients.cc and nowhere else.
bool IsClientScope(std::string_view scope);

// INVALID_ARGUMENT that names the field.
absl::Status CheckClient(const v1::CreateClientRequest& request);

}  // namespace tamarack::identity
