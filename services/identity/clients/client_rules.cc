#include "services/identity/clients/client_rules.h"

#include "platform/http/web_url.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "platform/text/text.h"
#include "services/identity/people/claims.h"
#include "services/identity/protocol/audience.h"
#include "services/identity/protocol/url.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

// Of the platform's scopes, all that a ministry's client can be given: what these open shows the
// client's own service. The rest (`payments.ledger.read` shows what every ministry takes in) is for
// the platform's own clients.
constexpr std::string_view kServiceScopes[] = {
    "notify.read", "notify.send", "payments.read", "payments.write", "tellusonce.subscriber",
};

// The parameters of answers (RFC 6749 section 4.1.2, RFC 9207, OpenID Connect Session Management).
constexpr std::string_view kAnswerParameters[] = {
    "code", "error", "error_description", "error_uri", "iss", "session_state", "state",
};

bool Holds(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string Indexed(std::string_view field, int index) {
  return absl::StrCat(ToAbsl(field), "[", index, "]");
}

}  // namespace

bool IsRedirectUri(std::string_view uri) {
  auto parsed = http::ParseWebUrl(uri);
  if (!parsed || parsed->has_fragment) return false;
  bool is_local =
      parsed->host == "localhost" || parsed->host == "127.0.0.1" || parsed->host == "[::1]";
  if (parsed->scheme != "https" && !is_local) return false;
  // One in the URI itself would stand beside the answer's own.
  auto query = ParseQuery(uri.substr(std::min(uri.find('?'), uri.size() - 1) + 1));
  return std::ranges::none_of(
      query, [](const auto& parameter) { return Holds(kAnswerParameters, parameter.first); });
}

bool IsClientScope(std::string_view scope) {
  if (IsPersonScope(scope) || Holds(kServiceScopes, scope)) return true;
  size_t dot = scope.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < scope.size() &&
         !IsPlatformScope(scope);
}

absl::Status CheckClient(const v1::CreateClientRequest& request) {
  for (int i = 0; i < request.redirect_uris_size(); ++i) {
    if (!IsRedirectUri(request.redirect_uris(i))) {
      return rpc::InvalidField(
          Indexed("redirect_uris", i),
          "must be https with a host, or http on localhost, without a fragment and without "
          "parameters of the answer (code, state, ...) in its query");
    }
    auto earlier = request.redirect_uris().begin() + i;
    if (std::find(request.redirect_uris().begin(), earlier, *earlier) != earlier)
      return rpc::InvalidField(Indexed("redirect_uris", i), "is there already");
  }
  bool is_for_people = false;
  for (int i = 0; i < request.scopes_size(); ++i) {
    if (!IsClientScope(request.scopes(i)))
      return rpc::InvalidField(Indexed("scopes", i), "no such scope, or not one for clients");
    is_for_people = is_for_people || IsPersonScope(request.scopes(i));
  }
  if (is_for_people && !Holds(request.scopes(), "openid"))
    return rpc::InvalidField("scopes", "people's scopes are good for nothing without openid");
  if (is_for_people && request.redirect_uris().empty())
    return rpc::InvalidField("redirect_uris", "required of a client that people sign in to");
  for (const auto& [field, purpose] : {std::pair("purpose_en", &request.purpose_en()),
                                       std::pair("purpose_fr", &request.purpose_fr())}) {
    if (is_for_people && text::IsBlank(*purpose))
      return rpc::InvalidField(field, "required of a client that asks for people's data");
    if (auto status = rpc::CheckLine(field, text::TidyLine(*purpose)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace tamarack::identity
