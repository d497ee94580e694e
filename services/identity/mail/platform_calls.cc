#include "services/identity/mail/platform_calls.h"

#include "services/identity/clients/internal_clients.h"

namespace tamarack::identity {

rpc::TokenFunction OwnTokens::ForSending() {
  return With(PlatformClient("identity").scopes);
}

rpc::TokenFunction OwnTokens::ForTemplates() {
  return With({"notify.templates.write"});
}

rpc::TokenFunction OwnTokens::With(Scopes scopes) {
  return [this, scopes]() -> Async<std::string> {
    OauthClient client = PlatformClient("identity");
    auth::Principal principal;
    principal.subject = client.id;
    principal.client_id = client.id;
    principal.ministry_id = client.ministry_id;
    principal.service_id = client.service_id;
    principal.scopes = scopes;
    principal.mode = client.mode;
    CO_ASSIGN_OR_RETURN(auto issued, co_await issuer_.AccessToken(principal, client.audience));
    co_return issued.token;
  };
}

EmailTemplates CodeEmailTemplates(const pages::Catalogue& catalogue, const std::string& id_en,
                                  const std::string& id_fr) {
  auto make = [&](const std::string& id, std::string_view language) {
    return EmailTemplate{id, catalogue.Text(language, "EMAIL_CODE_SUBJECT"),
                         catalogue.Text(language, "EMAIL_CODE_BODY")};
  };
  return {make(id_en, "en"), make(id_fr, "fr")};
}

}  // namespace tamarack::identity
