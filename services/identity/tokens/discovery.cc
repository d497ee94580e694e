#include "services/identity/tokens/discovery.h"

#include "platform/auth/dpop.h"
#include "services/identity/people/claims.h"
#include "services/identity/tokens/token_issuer.h"

#include <absl/strings/str_split.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace tamarack::identity {
namespace {

boost::json::array ListOf(std::string_view space_separated) {
  boost::json::array list;
  for (absl::string_view item : absl::StrSplit(ToAbsl(space_separated), ' '))
    list.emplace_back(std::string(item));
  return list;
}

}  // namespace

std::string DiscoveryDocument(const std::string& issuer) {
  using boost::json::array;
  array scopes{"openid"}, claims{"sub", "iss", "auth_time", "acr", "amr"};
  for (const SharedClaim& claim : ClaimTable()) {
    scopes.emplace_back(std::string(claim.scope));
    for (std::string_view member : claim.members) claims.emplace_back(std::string(member));
  }
  // `request_uri_parameter_supported` is true when absent, so what is not supported is said.
  return boost::json::serialize(boost::json::object{
      {"issuer", issuer},
      {"authorization_endpoint", issuer + "/oauth2/authorize"},
      {"token_endpoint", issuer + "/oauth2/token"},
      {"userinfo_endpoint", issuer + "/oauth2/userinfo"},
      {"jwks_uri", issuer + "/oauth2/jwks"},
      {"scopes_supported", std::move(scopes)},
      {"response_types_supported", array{"code"}},
      {"response_modes_supported", array{"query"}},
      {"grant_types_supported", array{"authorization_code", "client_credentials"}},
      {"subject_types_supported", array{"pairwise"}},
      {"id_token_signing_alg_values_supported", array{"RS256", "ES256"}},
      {"token_endpoint_auth_methods_supported", array{"client_secret_basic", "client_secret_post"}},
      {"code_challenge_methods_supported", array{"S256"}},
      {"dpop_signing_alg_values_supported", ListOf(auth::kDpopAlgorithms)},
      {"tls_client_certificate_bound_access_tokens", true},
      {"authorization_response_iss_parameter_supported", true},
      {"acr_values_supported", array{kAcrPassword}},
      {"prompt_values_supported", array{"none", "login", "consent", "select_account"}},
      {"display_values_supported", array{"page"}},
      {"claim_types_supported", array{"normal"}},
      {"claims_supported", std::move(claims)},
      {"ui_locales_supported", array{"en-CA", "fr-CA"}},
      {"claims_parameter_supported", false},
      {"request_parameter_supported", false},
      {"request_uri_parameter_supported", false},
  });
}

}  // namespace tamarack::identity
