// What scopes mean: which claims a client reads under them (OpenID Connect Core 1.0 section 5).
// Pure functions.
#pragma once

#include "services/identity/person_repository.h"

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

using Scopes = std::set<std::string, std::less<>>;

// The scopes that concern a person. All others belong to the client itself (client_credentials).
bool IsPersonScope(std::string_view scope);

// The names of claims as people are asked about them: "name", "email", "address".
std::vector<std::string> SharedClaims(const Scopes& scopes);

// UserInfo's answer. Claims without a value are left out.
boost::json::object UserInfoClaims(std::string_view subject, const Person& person,
                                   const Scopes& scopes);

// The address as on a letter, its lines joined by `separator`.
std::string FormatAddress(const v1::Address& address, std::string_view separator);

}  // namespace tamarack::identity
