#include "services/identity/authorization/authorize_service.h"

#include "platform/base/url.h"
#include "platform/pages/lead_out.h"
#include "platform/pages/organization.h"
#include "services/identity/people/claims.h"
#include "services/identity/protocol/url.h"

#include "tamarack/identity/v1/authorize_service.grpc.pb.h"

namespace tamarack::identity {
namespace {

using google::api::HttpBody;
using pages::Page;

// Who sent the browser to the authorization endpoint.
enum class SentBy { kClient, kOurForm };

class AuthorizeService final : public v1::AuthorizeService::CallbackService {
 public:
  using Api = v1::AuthorizeService;
  explicit AuthorizeService(const AuthorizeServiceParts& parts) : parts_(parts), rpc_(parts.rpc) {}

  TAMARACK_UNARY(Authorize, v1::AuthorizeRequest, HttpBody) {
    AuthorizationTerms terms;
    HttpBody refusal;
    CO_ASSIGN_OR_RETURN(auto client, co_await Check(context, request, terms, refusal));
    if (!client) co_return refusal;
    co_return co_await Proceed(
        context, {parts_.interactions.Begin(request), *std::move(client), std::move(terms)},
        SentBy::kClient);
  }

  TAMARACK_UNARY(ContinueAuthorization, v1::ContinueAuthorizationRequest, HttpBody) {
    HttpBody refusal;
    CO_ASSIGN_OR_RETURN(auto pending,
                        co_await Read(context, Interactions::Path(request.interaction()), refusal));
    if (!pending) co_return refusal;
    co_return co_await Proceed(context, *std::move(pending), SentBy::kOurForm);
  }

  TAMARACK_UNARY(PostAuthorize, v1::AuthorizeRequest, HttpBody) {
    AuthorizationTerms terms;
    HttpBody refusal;
    CO_ASSIGN_OR_RETURN(auto client, co_await Check(context, request, terms, refusal));
    if (!client) co_return refusal;
    // Whoever posts keeps it out of addresses.
    co_return GoOn(context, parts_.interactions.Begin(request));
  }

  TAMARACK_UNARY(ShowConsent, v1::ShowConsentRequest, HttpBody) {
    HttpBody refusal;
    CO_ASSIGN_OR_RETURN(auto pending, co_await Read(context, request.return_to(), refusal));
    if (!pending) co_return refusal;
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.Find(context.principal->session_id));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    CO_ASSIGN_OR_RETURN(auto standing, co_await parts_.interactions.StandingOf(*session, *pending));
    if (standing != Standing::kGood) co_return GoOn(context, pending->interaction);
    CO_ASSIGN_OR_RETURN(auto person, co_await parts_.people.Find(session->person_id));

    Page page("consent", request.lang(), context.csrf_token);
    page.SignedIn().Path(ConsentPath(request.return_to()));
    page.Set("RETURN_TO", request.return_to());
    page.Set("REVISION", std::to_string(pending->client.revision));
    page.Set("RECIPIENT",
             pages::RecipientName(pending->client.MinistryName(request.lang()), request.lang()));
    page.Set("SERVICE", pending->client.ServiceName(request.lang()));
    page.Set("PURPOSE", pending->client.Purpose(request.lang()));
    for (const auto& name : SharedClaims(pending->terms.scopes))
      AddClaim(page, *FindClaim(name), person.profile);
    co_return parts_.pages.Render(page);
  }

  TAMARACK_UNARY(DecideConsent, v1::DecideConsentRequest, HttpBody) {
    // What is agreed to is read from the interaction, not from what the form claims to have shown.
    HttpBody refusal;
    CO_ASSIGN_OR_RETURN(auto pending, co_await Read(context, request.return_to(), refusal));
    if (!pending) co_return refusal;
    const OauthClient& client = pending->client;
    if (request.decision() != "allow") {
      co_return Fail(context, *pending, SentBy::kOurForm,
                     {"access_denied", "the person did not agree"});
    }
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.Find(context.principal->session_id));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    CO_ASSIGN_OR_RETURN(auto standing, co_await parts_.interactions.StandingOf(*session, *pending));
    if (standing != Standing::kGood) co_return GoOn(context, pending->interaction);
    // Nobody agrees to words that changed while the page was open.
    if (request.revision() != client.revision) {
      context.http.Redirect(absl::StrCat("/", request.lang(), ConsentPath(request.return_to())));
      co_return HttpBody();
    }
    CO_ASSIGN_OR_RETURN(auto subject,
                        co_await parts_.subjects.At(client.ministry_id, session->person_id));
    auto claims = SharedClaims(pending->terms.scopes);
    CO_RETURN_IF_ERROR(co_await parts_.consents.Grant({.person_id = session->person_id,
                                                       .subject = subject,
                                                       .scopes = pending->terms.scopes,
                                                       .claims = claims,
                                                       .claim_words_en = WordsOf(claims, "en"),
                                                       .claim_words_fr = WordsOf(claims, "fr"),
                                                       .language = request.lang()},
                                                      client));
    parts_.metrics.consents.Increment();
    pending->interaction.set_agreed_by(subject);
    co_return GoOn(context, pending->interaction);
  }

 private:
  // What is still missing, or the answer to the client.
  Async<HttpBody> Proceed(rpc::Context& context, PendingAuthorization pending, SentBy sent_by) {
    const OauthClient& client = pending.client;
    CO_ASSIGN_OR_RETURN(auto session,
                        co_await parts_.sessions.FindByCookie(context.Cookie(kSessionCookieKey)));
    auto standing = Standing::kMustSignIn;
    if (session) {
      CO_ASSIGN_OR_RETURN(standing, co_await parts_.interactions.StandingOf(*session, pending));
    }
    const AuthorizationError no_sign_in{"login_required", "the person has to sign in"};
    if (standing == Standing::kMustSignIn)
      co_return Ask(context, pending, sent_by, "sign-in", no_sign_in);
    if (standing == Standing::kIsAnotherPerson)
      co_return Fail(context, pending, sent_by,
                     {"login_required", "somebody else signed in than id_token_hint names"});

    CO_ASSIGN_OR_RETURN(auto subject,
                        co_await parts_.subjects.At(client.ministry_id, session->person_id));
    CO_ASSIGN_OR_RETURN(auto consent, co_await parts_.consents.FindActive(client.id, subject));
    bool has_to_agree =
        !consent || !consent->Covers(pending.terms.scopes, client) ||
        (pending.terms.prompts.contains("consent") && pending.interaction.agreed_by() != subject);
    const AuthorizationError no_consent{"consent_required", "the person has to agree"};
    if (has_to_agree) co_return Ask(context, pending, sent_by, "consent", no_consent);
    auto code = co_await parts_.grants.Create(NewGrant(pending, *session, *consent));
    if (absl::IsNotFound(code.status()))
      co_return Ask(context, pending, sent_by, "consent", no_consent);
    if (!code.ok()) co_return code.status();
    co_return Return(context, pending, sent_by,
                     SuccessLocation(pending.request(), *code, parts_.issuer.issuer()));
  }

  // Two ministries that are told the same second of a sign-in know that they see one person: only
  // who asks for it is told (OpenID Connect Core section 2, `auth_time`).
  static bool AsksWhen(const AuthorizationTerms& terms) {
    return terms.max_age_seconds || terms.prompts.contains("login");
  }

  static Grant NewGrant(const PendingAuthorization& pending, const Session& session,
                        const Consent& consent) {
    return {.id = {},
            .client_id = {},
            .consent_id = consent.id,
            .subject = {},
            .session_id = session.id,
            .language = session.language,
            .scopes = pending.terms.scopes,
            .claims = SharedClaims(pending.terms.scopes),
            .acr = kAcrPassword,
            .amr = {kAmrPassword},
            .auth_time = AsksWhen(pending.terms) ? session.auth_time : TimePoint{},
            .redirect_uri = pending.request().redirect_uri(),
            .code_challenge = pending.request().code_challenge(),
            .code_jkt = pending.request().dpop_jkt(),
            .nonce = pending.request().nonce()};
  }

  // The request that a page is on the way to; nobody's when it is over or no good, and then
  // `refusal` is the answer.
  Async<std::optional<PendingAuthorization>> Read(rpc::Context& context,
                                                  const std::string& return_to, HttpBody& refusal) {
    auto read = co_await parts_.interactions.Read(return_to);
    if (!read.ok() && !absl::IsNotFound(read.status())) co_return read.status();
    std::optional<PendingAuthorization> pending = std::move(read).value_or(std::nullopt);
    if (pending && !parts_.interactions.IsExpired(*pending)) co_return pending;
    context.http.SetStatus(400);
    refusal = parts_.pages.Render(
        pending
            ? ExpiredPage(*pending, return_to, PageLanguage(pending->request(), context.language))
            : LostPage(return_to, context.language));
    co_return std::nullopt;
  }

  // Whose request it is; nobody when it has a fault, and then `refusal` is the answer.
  Async<std::optional<OauthClient>> Check(rpc::Context& context,
                                          const v1::AuthorizeRequest& request,
                                          AuthorizationTerms& terms, HttpBody& refusal) {
    auto client = co_await parts_.tenants.FindClient(request.client_id());
    if (!client.ok() && !absl::IsNotFound(client.status())) co_return client.status();
    // Nobody may use us to send people to a place that no client of ours has registered.
    if (!client.ok() || !MayRedirect(request, *client)) {
      refusal = LocalError(context);
      co_return std::nullopt;
    }
    if (auto error = CheckAuthorization(request, *client, &terms)) {
      context.http.Redirect(ErrorLocation(request, *error, parts_.issuer.issuer()));
      co_return std::nullopt;
    }
    co_return *std::move(client);
  }

  HttpBody LocalError(rpc::Context& context) const {
    context.http.SetStatus(400);
    return parts_.pages.Render(pages::BadSignInPage(context.language, context.request_id));
  }

  // Back to the client. One that wants no page may ask in a frame, which shows none.
  HttpBody Return(rpc::Context& context, const PendingAuthorization& pending, SentBy sent_by,
                  std::string location) const {
    if (sent_by == SentBy::kOurForm && !pending.terms.prompts.contains("none")) {
      std::string again = absl::StrCat(
          "/sign-in?return_to=", PercentEncode(parts_.interactions.Path(pending.interaction)));
      return parts_.pages.Render(
          pages::LeadOutPage(PageLanguage(pending.request(), context.language), location, again));
    }
    context.http.Redirect(std::move(location));
    return HttpBody();
  }

  HttpBody Fail(rpc::Context& context, const PendingAuthorization& pending, SentBy sent_by,
                const AuthorizationError& error) const {
    return Return(context, pending, sent_by,
                  ErrorLocation(pending.request(), error, parts_.issuer.issuer()));
  }

  // Leads to a page, unless the client wants none (OpenID Connect Core 3.1.2.6).
  HttpBody Ask(rpc::Context& context, const PendingAuthorization& pending, SentBy sent_by,
               std::string_view page, const AuthorizationError& if_silent) const {
    if (pending.terms.prompts.contains("none")) return Fail(context, pending, sent_by, if_silent);
    context.http.Redirect(absl::StrCat(
        "/", ToAbsl(PageLanguage(pending.request(), context.language)), "/", ToAbsl(page),
        "?return_to=", PercentEncode(parts_.interactions.Path(pending.interaction))));
    return HttpBody();
  }

  HttpBody GoOn(rpc::Context& context, const v1::Interaction& interaction) const {
    context.http.Redirect(parts_.interactions.Path(interaction));
    return HttpBody();
  }

  static std::string ConsentPath(const std::string& return_to) {
    return absl::StrCat("/consent?return_to=", PercentEncode(return_to));
  }

  static void AddClaim(Page& page, const SharedClaim& claim, const Profile& profile) {
    auto& row = page.Add("CLAIMS").SetText("LABEL", claim.words);
    std::string value = claim.show(profile);
    if (value.empty()) {
      row.SetText("VALUE", "CLAIM_ADDRESS_NONE");
    } else {
      row.Set("VALUE", value);
    }
  }

  // What the consent page says of the claims, in that language.
  std::vector<std::string> WordsOf(const std::vector<std::string>& claims,
                                   std::string_view language) const {
    std::vector<std::string> words;
    for (const auto& name : claims)
      words.push_back(parts_.pages.catalogue().Text(language, FindClaim(name)->words));
    return words;
  }

  AuthorizeServiceParts parts_;
  rpc::Interceptor& rpc_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAuthorizeService(const AuthorizeServiceParts& parts) {
  return std::make_unique<AuthorizeService>(parts);
}

}  // namespace tamarack::identity
