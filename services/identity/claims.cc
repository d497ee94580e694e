#include "services/identity/claims.h"

#include "platform/base/status.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

namespace json = boost::json;
constexpr std::string_view kPersonScopes[] = {"openid", "profile", "email", "address"};

}  // namespace

bool IsPersonScope(std::string_view scope) {
  return std::find(std::begin(kPersonScopes), std::end(kPersonScopes), scope) !=
         std::end(kPersonScopes);
}

std::vector<std::string> SharedClaims(const Scopes& scopes) {
  std::vector<std::string> claims;
  if (scopes.contains("profile")) claims.emplace_back("name");
  if (scopes.contains("email")) claims.emplace_back("email");
  if (scopes.contains("address")) claims.emplace_back("address");
  return claims;
}

std::string FormatAddress(const v1::Address& address, std::string_view separator) {
  std::string text = address.line_1();
  if (!address.line_2().empty()) absl::StrAppend(&text, ToAbsl(separator), address.line_2());
  absl::StrAppend(&text, ToAbsl(separator), address.city(), " ", address.province(), "  ",
                  address.postal_code());
  return text;
}

json::object UserInfoClaims(std::string_view subject, const Person& person, const Scopes& scopes) {
  json::object claims{{"sub", json::string_view(subject.data(), subject.size())}};
  const Profile& profile = person.profile;
  if (scopes.contains("profile")) {
    claims["name"] = profile.FullName();
    if (!profile.given_name.empty()) claims["given_name"] = profile.given_name;
    if (!profile.family_name.empty()) claims["family_name"] = profile.family_name;
    claims["locale"] = person.language == "fr" ? "fr-CA" : "en-CA";
    claims["updated_at"] = person.updated_at_seconds;
  }
  if (scopes.contains("email")) {
    claims["email"] = profile.email;
    claims["email_verified"] = true;
  }
  if (scopes.contains("address") && profile.address) {
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
  return claims;
}

}  // namespace tamarack::identity
