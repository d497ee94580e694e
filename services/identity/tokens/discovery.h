#pragma once

#include <string>

namespace tamarack::identity {

// The provider's metadata (OpenID Connect Discovery 1.0 section 3, RFC 8414), serialised.
std::string DiscoveryDocument(const std::string& issuer);

}  // namespace tamarack::identity
