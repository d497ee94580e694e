#include "services/identity/people/claims.h"

#include "platform/base/status.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

namespace json = boost::json;

std::string ShowName(const Profile& profile) {
  return profile.FullName();
}
void GiveName(const Profile& profile, json::object& claims) {
  claims["name"] = profile.FullName();
  if (!profile.given_name.empty()) claims["given_name"] = profile.given_name;
  if (!profile.family_name.empty()) claims["family_name"] = profile.family_name;
}

std::string ShowEmail(const Profile& profile) {
  return profile.email;
}
void GiveEmail(const Profile& profile, json::object& claims) {
  claims["email"] = profile.email;
  claims["email_verified"] = true;
}

std::string ShowAddress(const Profile& profile) {
  return profile.address ? FormatAddress(*profile.address, ", ") : "";
}
void GiveAddress(const Profile& profile, json::object& claims) {
  if (!profile.address) return;
  const v1::Address& address = *profile.address;
  std::string street = address.line_1();
  if (!address.line_2().empty()) absl::StrAppend(&street, "\n", address.line_2());
  claims["address"] = json::object{{"formatted", FormatAddress(address, "\n")},
                                   {"street_address", street},
                                   {"locality", address.city()},
                                   {"region", address.province()},
                                   {"postal_code", address.postal_code()},
                                   {"country", "CA"}};
}

constexpr std::string_view kNameMembers[] = {"name", "given_name", "family_name"};
constexpr std::string_view kEmailMembers[] = {"email", "email_verified"};
constexpr std::string_view kAddressMembers[] = {"address"};

constexpr SharedClaim kTable[] = {
    {"profile", "name", "CLAIM_NAME", ShowName, kNameMembers, GiveName},
    {"email", "email", "CLAIM_EMAIL", ShowEmail, kEmailMembers, GiveEmail},
    {"address", "address", "CLAIM_ADDRESS", ShowAddress, kAddressMembers, GiveAddress},
};

}  // namespace

std::span<const SharedClaim> ClaimTable() {
  return kTable;
}

const SharedClaim* FindClaim(std::string_view name) {
  auto found = std::ranges::find(kTable, name, &SharedClaim::name);
  return found == std::end(kTable) ? nullptr : found;
}

bool IsPersonScope(std::string_view scope) {
  return scope == "openid" ||
         std::ranges::find(kTable, scope, &SharedClaim::scope) != std::end(kTable);
}

std::vector<std::string> SharedClaims(const Scopes& scopes) {
  std::vector<std::string> names;
  for (const SharedClaim& claim : kTable) {
    if (scopes.contains(claim.scope)) names.emplace_back(claim.name);
  }
  return names;
}

json::object UserInfoClaims(std::string_view subject, const Profile& profile,
                            const std::vector<std::string>& names) {
  json::object claims{{"sub", json::string_view(subject.data(), subject.size())}};
  for (const std::string& name : names) {
    if (const SharedClaim* claim = FindClaim(name)) claim->give(profile, claims);
  }
  return claims;
}

std::string FormatAddress(const v1::Address& address, std::string_view separator) {
  std::string text = address.line_1();
  if (!address.line_2().empty()) absl::StrAppend(&text, ToAbsl(separator), address.line_2());
  absl::StrAppend(&text, ToAbsl(separator), address.city(), " ", address.province(), "  ",
                  address.postal_code());
  return text;
}

}  // namespace tamarack::identity
