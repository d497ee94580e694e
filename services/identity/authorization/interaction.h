// Authorization requests on their way through the pages. What these carry in `return_to` is one
// sealed record, so that nobody on the way takes anything out of it, and no restart loses it.
#pragma once

#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "platform/pages/pages.h"
#include "services/identity/authentication/sessions.h"
#include "services/identity/authorization/authorization_request.h"
#include "services/identity/clients/tenant_repository.h"
#include "services/identity/consent/consent_repository.h"
#include "services/identity/keys/keyring.h"
#include "services/identity/keys/signing_keys.h"
#include "services/identity/people/subject_repository.h"

#include <optional>
#include <string>
#include <string_view>

namespace tamarack::identity {

// How long one is good after it began.
inline constexpr std::chrono::hours kInteractionLifetime{1};

// A good authorization request on its way.
struct PendingAuthorization {
  v1::Interaction interaction;
  OauthClient client;
  AuthorizationTerms terms;

  const v1::AuthorizeRequest& request() const { return interaction.request(); }
};

// Whether a session does for a request.
enum class Standing {
  kGood,
  // Somebody whom the client may not meet, or who signed in too long ago.
  kMustSignIn,
  // Who signed in for this request is not whom its `id_token_hint` names.
  kIsAnotherPerson,
};

class Interactions {
 public:
  Interactions(const Keyring& keyring, SubjectRepository& subjects, TenantRepository& tenants,
               ConsentRepository& consents, SigningKeys& keys, Clock now)
      : keyring_(keyring),
        subjects_(subjects),
        tenants_(tenants),
        consents_(consents),
        keys_(keys),
        now_(std::move(now)) {}

  // Begins one: its sign-ins are counted from now.
  v1::Interaction Begin(const v1::AuthorizeRequest& request) const;
  // Where it goes on: a path of this site.
  std::string Path(const v1::Interaction& interaction) const;
  static std::string Path(std::string_view sealed);
  // Such a path with pages in the language from there on; nullopt when it is another path.
  std::optional<std::string> InLanguage(std::string_view path, std::string_view language) const;

  // Reads it from a page's `return_to`, or from that of the page there, checking it anew. nullopt
  // when these lead to no authorization. NOT_FOUND when they lead to one that nobody can tell or
  // that is no longer good, so that nobody takes it for none: LostPage says so.
  Async<std::optional<PendingAuthorization>> Read(std::string_view return_to);
  bool IsExpired(const PendingAuthorization& pending) const;

  Async<Standing> StandingOf(const Session& session, const PendingAuthorization& pending);
  // Clients of the sandbox meet people of the sandbox, live ones live people; also whoever had
  // agreed to the client before that rule.
  Async<bool> MayMeet(const std::string& person_id, auth::Mode mode, const OauthClient& client);

 private:
  std::optional<v1::Interaction> Open(std::string_view path) const;
  Async<std::optional<std::string>> SubjectOf(const std::string& id_token_hint);

  const Keyring& keyring_;
  SubjectRepository& subjects_;
  TenantRepository& tenants_;
  ConsentRepository& consents_;
  SigningKeys& keys_;
  Clock now_;
};

// Says that it is over, and leads to the same request anew.
pages::Page ExpiredPage(const PendingAuthorization& pending, std::string_view return_to,
                        std::string_view language);

// Says that `return_to` leads to an authorization that nobody can tell, or that is no longer good.
pages::Page LostPage(std::string_view return_to, std::string_view language);

}  // namespace tamarack::identity
