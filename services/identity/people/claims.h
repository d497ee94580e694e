// What scopes mean: in which words people are asked, and what a client then reads (OpenID Connect
// Core 1.0 section 5). One table, so that what is shown is what is given. Pure functions.
#pragma once

#include "services/identity/people/person_repository.h"

#include <boost/json/object.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

using Scopes = std::set<std::string, std::less<>>;

// What people are asked for as one thing.
struct SharedClaim {
  std::string_view scope;
  std::string_view name;   // in records of consents and readings
  std::string_view words;  // key of the catalogue's text
  // As the consent page shows it; empty when there is none yet.
  std::string (*show)(const Profile& profile);
  // What UserInfo answers; nothing when there is none yet.
  std::span<const std::string_view> members;
  void (*give)(const Profile& profile, boost::json::object& claims);
};

std::span<const SharedClaim> ClaimTable();
// nullptr when nobody is asked for that.
const SharedClaim* FindClaim(std::string_view name);

// The scopes that concern a person: `openid` and the table's. All others belong to the client
// itself (client_credentials).
bool IsPersonScope(std::string_view scope);

// The names of what people are asked for, in the table's order.
std::vector<std::string> SharedClaims(const Scopes& scopes);

// UserInfo's answer: `sub` and what these names give.
boost::json::object UserInfoClaims(std::string_view subject, const Profile& profile,
                                   const std::vector<std::string>& names);

// The address as on a letter, its lines joined by `separator`.
std::string FormatAddress(const v1::Address& address, std::string_view separator);

}  // namespace tamarack::identity
