// identity's own calls to other services, under tokens that it makes itself.
#pragma once

#include "platform/pages/pages.h"
#include "platform/rpc/client.h"
#include "services/identity/mail/email_worker.h"
#include "services/identity/tokens/token_issuer.h"

#include <functional>
#include <set>
#include <string>

namespace tamarack::identity {

// Makes one for each call, which takes less than keeping it, and is by the key of that moment.
class OwnTokens {
 public:
  explicit OwnTokens(TokenIssuer& issuer) : issuer_(issuer) {}

  // As the client `identity`, for notify: with the scopes it has anyway,
  rpc::TokenFunction ForSending();
  // or with nothing but the right to create templates, which nothing else of identity needs.
  rpc::TokenFunction ForTemplates();

 private:
  using Scopes = std::set<std::string, std::less<>>;
  rpc::TokenFunction With(Scopes scopes);

  TokenIssuer& issuer_;
};

// The email with the code, in the catalogue's words.
EmailTemplates CodeEmailTemplates(const pages::Catalogue& catalogue, const std::string& id_en,
                                  const std::string& id_fr);

}  // namespace tamarack::identity
