#include "services/identity/authorization/interaction.h"

#include "platform/base/url.h"
#include "platform/crypto/jws.h"
#include "platform/json/strict.h"
#include "services/identity/protocol/url.h"

#include <algorithm>

namespace tamarack::identity {
namespace {

constexpr std::string_view kAuthorize = "/oauth2/authorize";
constexpr std::string_view kPath = "/oauth2/authorize/continue?interaction=";
constexpr char kPlace[] = "interaction";

// The path of the authorization that `return_to` leads to, in the end: the consent page, to which
// one may have to sign in again, carries it on. Empty when there is none.
std::string AuthorizationOf(std::string_view return_to) {
  if (return_to.starts_with(kAuthorize)) return std::string(return_to);
  size_t query = std::min(return_to.find('?'), return_to.size());
  for (const auto& [name, value] :
       ParseQuery(return_to.substr(std::min(query + 1, return_to.size()))))
    if (name == "return_to" && value.starts_with(kAuthorize)) return value;
  return "";
}

// Has its pages be in the language, which the person may have chosen meanwhile.
void SpeakIn(std::string_view language, v1::AuthorizeRequest* request) {
  if (PageLanguage(*request, "") != language) request->set_ui_locales(std::string(language));
}

}  // namespace

v1::Interaction Interactions::Begin(const v1::AuthorizeRequest& request) const {
  v1::Interaction interaction;
  *interaction.mutable_request() = request;
  interaction.set_started_micros(UnixMicros(now_()));
  return interaction;
}

std::string Interactions::Path(const v1::Interaction& interaction) const {
  return Path(keyring_.interaction_sealer().Seal(interaction.SerializeAsString(), kPlace));
}

std::string Interactions::Path(std::string_view sealed) {
  return absl::StrCat(ToAbsl(kPath), ToAbsl(sealed));
}

std::optional<std::string> Interactions::InLanguage(std::string_view path,
                                                    std::string_view language) const {
  auto interaction = Open(path);
  if (!interaction) return std::nullopt;
  SpeakIn(language, interaction->mutable_request());
  return Path(*interaction);
}

Async<std::optional<PendingAuthorization>> Interactions::Read(std::string_view return_to) {
  const std::string path = AuthorizationOf(return_to);
  if (path.empty()) co_return std::nullopt;
  auto interaction = Open(path);
  if (!interaction) co_return absl::NotFoundError("the interaction cannot be read");
  CO_ASSIGN_OR_RETURN(auto client,
                      co_await tenants_.FindClient(interaction->request().client_id()));
  PendingAuthorization pending{*std::move(interaction), std::move(client), {}};
  if (!MayRedirect(pending.request(), pending.client) ||
      CheckAuthorization(pending.request(), pending.client, &pending.terms))
    co_return absl::NotFoundError("the interaction is no longer good");
  co_return pending;
}

bool Interactions::IsExpired(const PendingAuthorization& pending) const {
  return now_() - FromUnixMicros(pending.interaction.started_micros()) >= kInteractionLifetime;
}

Async<Standing> Interactions::StandingOf(const Session& session,
                                         const PendingAuthorization& pending) {
  CO_ASSIGN_OR_RETURN(bool may_meet,
                      co_await MayMeet(session.person_id, session.mode, pending.client));
  if (!may_meet) co_return Standing::kMustSignIn;
  const AuthorizationTerms& terms = pending.terms;
  // Whoever signed in on the way has done what `prompt` and `max_age` ask for, however long the
  // rest of the way takes.
  bool is_new = session.auth_time > FromUnixMicros(pending.interaction.started_micros());
  bool is_recent = !terms.max_age_seconds ||
                   UnixSeconds(now_()) - UnixSeconds(session.auth_time) < *terms.max_age_seconds;
  if (!is_new && (terms.prompts.contains("login") || !is_recent)) co_return Standing::kMustSignIn;
  if (pending.request().id_token_hint().empty()) co_return Standing::kGood;
  CO_ASSIGN_OR_RETURN(auto hinted, co_await SubjectOf(pending.request().id_token_hint()));
  CO_ASSIGN_OR_RETURN(auto subject,
                      co_await subjects_.At(pending.client.ministry_id, session.person_id));
  if (hinted == subject) co_return Standing::kGood;
  if (!is_new) co_return Standing::kMustSignIn;
  // A hint that nobody can read any more names nobody.
  co_return hinted ? Standing::kIsAnotherPerson : Standing::kGood;
}

Async<bool> Interactions::MayMeet(const std::string& person_id, auth::Mode mode,
                                  const OauthClient& client) {
  if (mode == auth::ModeOf(client.mode)) co_return true;
  CO_ASSIGN_OR_RETURN(auto subject, co_await subjects_.At(client.ministry_id, person_id));
  CO_ASSIGN_OR_RETURN(auto consent, co_await consents_.FindActive(client.id, subject));
  co_return consent && consent->is_across_modes;
}

std::optional<v1::Interaction> Interactions::Open(std::string_view path) const {
  if (!path.starts_with(kPath)) return std::nullopt;
  auto opened = keyring_.interaction_sealer().Open(path.substr(kPath.size()), kPlace);
  v1::Interaction interaction;
  if (!opened.ok() || !interaction.ParseFromString(*opened)) return std::nullopt;
  return interaction;
}

// OpenID Connect Core 3.1.2.1: whom the ID token is about. An expired one still names somebody;
// nullopt when it is none of ours.
Async<std::optional<std::string>> Interactions::SubjectOf(const std::string& id_token_hint) {
  CO_ASSIGN_OR_RETURN(auto keys, co_await keys_.Get());
  for (auto algorithm : {crypto::Algorithm::kRs256, crypto::Algorithm::kEs256}) {
    auto token = crypto::VerifyJws(id_token_hint, keys->published, {algorithm, ""});
    // An access token is signed with the same keys and names somebody, too (RFC 8725 section 3.11).
    if (token.ok() && StringMember(token->header, "typ") != "at+jwt")
      co_return std::string(StringMember(token->claims, "sub"));
  }
  co_return std::nullopt;
}

pages::Page ExpiredPage(const PendingAuthorization& pending, std::string_view return_to,
                        std::string_view language) {
  pages::Page page = pages::MessagePage(language, "SIGN_IN_EXPIRED", "SIGN_IN_EXPIRED_TEXT");
  page.Path(absl::StrCat("/sign-in?return_to=", PercentEncode(return_to)));
  page.Set("CLIENT_NAME", pending.client.ServiceName(language));
  v1::AuthorizeRequest again = pending.request();
  SpeakIn(language, &again);
  page.Add("LINK").SetText("LINK_TEXT", "START_AGAIN").Set("HREF", ToPath(again));
  return page;
}

pages::Page LostPage(std::string_view return_to, std::string_view language) {
  pages::Page page = pages::MessagePage(language, "SIGN_IN_LOST", "SIGN_IN_LOST_TEXT");
  page.Path(absl::StrCat("/sign-in?return_to=", PercentEncode(return_to)));
  // Of a page from before interactions were sealed: the request itself.
  if (const std::string path = AuthorizationOf(return_to); path.starts_with("/oauth2/authorize?"))
    page.Add("LINK").SetText("LINK_TEXT", "START_AGAIN").Set("HREF", path);
  return page;
}

}  // namespace tamarack::identity
