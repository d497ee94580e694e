#include "services/identity/authorize_service.h"

#include "platform/crypto/json.h"
#include "platform/crypto/jws.h"
#include "platform/pages/organization.h"
#include "services/identity/claims.h"
#include "services/identity/pending_authorization.h"
#include "services/identity/url.h"

#include "tamarack/identity/v1/authorize_service.grpc.pb.h"

namespace tamarack::identity {
namespace {

using google::api::HttpBody;
using pages::Page;

// Without the prompts that have been answered.
void RemovePrompt(v1::AuthorizeRequest& request, AuthorizationTerms terms,
                  std::string_view prompt) {
  std::string rest;
  for (const auto& name : terms.prompts) {
    if (name != prompt) absl::StrAppend(&rest, rest.empty() ? "" : " ", name);
  }
  request.set_prompt(rest);
}

class AuthorizeService final : public v1::AuthorizeService::CallbackService {
 public:
  using Api = v1::AuthorizeService;
  explicit AuthorizeService(const AuthorizeServiceParts& parts) : parts_(parts), rpc_(parts.rpc) {}

  TAMARACK_UNARY(Authorize, v1::AuthorizeRequest, HttpBody) {
    AuthorizationTerms terms;
    HttpBody refusal;
    CO_ASSIGN_OR_RETURN(auto client, co_await Check(context, request, terms, refusal));
    if (!client) co_return refusal;
    CO_ASSIGN_OR_RETURN(auto session,
                        co_await parts_.sessions.FindByCookie(context.Cookie(kSessionCookieKey)));
    std::string subject;
    if (session) {
      CO_ASSIGN_OR_RETURN(subject,
                          co_await parts_.subjects.At(client->ministry_id, session->person_id));
    }
    CO_ASSIGN_OR_RETURN(auto consent, co_await parts_.consents.FindActive(client->id, subject));
    bool is_current = session && MayMeet(*session, *client, consent) && IsRecent(*session, terms);
    if (is_current && !request.id_token_hint().empty()) {
      CO_ASSIGN_OR_RETURN(is_current, co_await HintNames(request.id_token_hint(), subject));
    }
    if (!is_current) co_return AskToSignIn(context, request, terms, session.has_value());

    if (!consent || !consent->Covers(terms.scopes, *client) || terms.prompts.contains("consent")) {
      co_return AskConsent(context, request, terms);
    }
    Grant grant{.id = {},
                .client_id = client->id,
                .consent_id = consent->id,
                .subject = subject,
                .session_id = session->id,
                .language = session->language,
                .scopes = terms.scopes,
                .claims = SharedClaims(terms.scopes),
                .acr = kAcrPassword,
                .amr = {kAmrPassword},
                .auth_time = session->auth_time,
                .redirect_uri = request.redirect_uri(),
                .code_challenge = request.code_challenge(),
                .code_jkt = request.dpop_jkt(),
                .nonce = request.nonce()};
    auto code = co_await parts_.grants.Create(grant);
    if (absl::IsNotFound(code.status())) co_return AskConsent(context, request, terms);
    if (!code.ok()) co_return code.status();
    context.http.Redirect(SuccessLocation(request, *code, parts_.issuer.issuer()));
    co_return HttpBody();
  }

  TAMARACK_UNARY(PostAuthorize, v1::AuthorizeRequest, HttpBody) {
    AuthorizationTerms terms;
    HttpBody refusal;
    // Refused here, for as a URL it might be longer than what we take.
    CO_ASSIGN_OR_RETURN(auto client, co_await Check(context, request, terms, refusal));
    if (!client) co_return refusal;
    context.http.Redirect(ToPath(request));
    co_return HttpBody();
  }

  TAMARACK_UNARY(ShowConsent, v1::ShowConsentRequest, HttpBody) {
    CO_ASSIGN_OR_RETURN(auto pending,
                        co_await ReadPendingAuthorization(parts_.tenants, request.return_to()));
    if (!pending) co_return LocalError(context);
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.Find(context.principal.session_id));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    CO_ASSIGN_OR_RETURN(bool may_meet, co_await MayMeet(*session, pending->client));
    if (!may_meet) co_return Restart(context, *pending);
    CO_ASSIGN_OR_RETURN(auto person, co_await parts_.people.Find(session->person_id));

    Page page("consent", request.lang(), context.csrf_token);
    page.SignedIn().Path(absl::StrCat("/consent?return_to=", PercentEncode(request.return_to())));
    page.Set("RETURN_TO", request.return_to());
    page.Set("RECIPIENT",
             pages::RecipientName(pending->client.MinistryName(request.lang()), request.lang()));
    page.Set("SERVICE", pending->client.ServiceName(request.lang()));
    page.Set("PURPOSE", pending->client.Purpose(request.lang()));
    AddClaims(page, person, pending->terms.scopes);
    AllowReturn(context, pending);
    co_return parts_.pages.Render(page);
  }

  TAMARACK_UNARY(DecideConsent, v1::DecideConsentRequest, HttpBody) {
    // What is agreed to is read from the request itself, not from what the form claims to have
    // shown.
    CO_ASSIGN_OR_RETURN(auto pending,
                        co_await ReadPendingAuthorization(parts_.tenants, request.return_to()));
    if (!pending) co_return LocalError(context);
    if (request.decision() != "allow") {
      co_return Fail(context, pending->request, {"access_denied", "the person did not agree"});
    }
    CO_ASSIGN_OR_RETURN(auto session, co_await parts_.sessions.Find(context.principal.session_id));
    if (!session) co_return absl::UnauthenticatedError("the session has ended");
    CO_ASSIGN_OR_RETURN(bool may_meet, co_await MayMeet(*session, pending->client));
    if (!may_meet) co_return Restart(context, *pending);
    CO_ASSIGN_OR_RETURN(
        auto subject, co_await parts_.subjects.At(pending->client.ministry_id, session->person_id));
    NewConsent consent{.person_id = session->person_id,
                       .subject = subject,
                       .scopes = pending->terms.scopes,
                       .claims = SharedClaims(pending->terms.scopes)};
    CO_RETURN_IF_ERROR(co_await parts_.consents.Grant(consent, pending->client));
    parts_.metrics.consents.Increment();
    v1::AuthorizeRequest next = pending->request;
    RemovePrompt(next, pending->terms, "consent");
    context.http.Redirect(ToPath(next));
    co_return HttpBody();
  }

 private:
  // Clients of the sandbox meet people of the sandbox, live ones live people.
  static bool MayMeet(const Session& session, const OauthClient& client,
                      const std::optional<Consent>& consent) {
    return session.mode == auth::ModeOf(client.mode) || (consent && consent->is_across_modes);
  }
  Async<bool> MayMeet(const Session& session, const OauthClient& client) {
    CO_ASSIGN_OR_RETURN(auto subject,
                        co_await parts_.subjects.At(client.ministry_id, session.person_id));
    CO_ASSIGN_OR_RETURN(auto consent, co_await parts_.consents.FindActive(client.id, subject));
    co_return MayMeet(session, client, consent);
  }

  // Has somebody sign in who may meet the client.
  static HttpBody Restart(rpc::Context& context, const PendingAuthorization& pending) {
    context.http.Redirect(ToPath(pending.request));
    return HttpBody();
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
      refusal = Fail(context, request, *error);
      co_return std::nullopt;
    }
    co_return *std::move(client);
  }

  HttpBody LocalError(rpc::Context& context) const {
    context.http.SetStatus(400);
    return parts_.pages.Render(pages::BadSignInPage(context.language, context.request_id));
  }

  HttpBody Fail(rpc::Context& context, const v1::AuthorizeRequest& request,
                const AuthorizationError& error) const {
    context.http.Redirect(ErrorLocation(request, error, parts_.issuer.issuer()));
    return HttpBody();
  }

  bool IsRecent(const Session& session, const AuthorizationTerms& terms) const {
    if (terms.auth_after_seconds)
      return UnixSeconds(session.auth_time) >= *terms.auth_after_seconds;
    if (terms.prompts.contains("login")) return false;
    return !terms.max_age_seconds || parts_.issuer.NowSeconds() - UnixSeconds(session.auth_time) <
                                         std::max<int64_t>(*terms.max_age_seconds, 1);
  }

  // OpenID Connect Core 3.1.2.1: whether the ID token is about this person. An expired one still
  // names somebody.
  Async<bool> HintNames(const std::string& hint, const std::string& subject) {
    CO_ASSIGN_OR_RETURN(auto keys, co_await parts_.keys.Get());
    for (auto algorithm : {crypto::Algorithm::kRs256, crypto::Algorithm::kEs256}) {
      auto token = crypto::VerifyJws(hint, keys->published, {algorithm, ""});
      if (token.ok()) co_return crypto::StringMember(token->claims, "sub") == subject;
    }
    co_return false;
  }

  HttpBody AskToSignIn(rpc::Context& context, const v1::AuthorizeRequest& request,
                       const AuthorizationTerms& terms, bool has_session) const {
    if (terms.prompts.contains("none"))
      return Fail(context, request, {"login_required", "nobody is signed in"});
    v1::AuthorizeRequest next = request;
    RemovePrompt(next, terms, "login");
    if (has_session || terms.max_age_seconds)
      next.set_auth_after(std::to_string(parts_.issuer.NowSeconds()));
    // After signing in as whoever it is, the hint has had its effect.
    next.clear_id_token_hint();
    return GoToPage(context, next, "sign-in");
  }

  HttpBody AskConsent(rpc::Context& context, const v1::AuthorizeRequest& request,
                      const AuthorizationTerms& terms) const {
    if (terms.prompts.contains("none"))
      return Fail(context, request, {"consent_required", "the person has to agree"});
    return GoToPage(context, request, "consent");
  }

  static HttpBody GoToPage(rpc::Context& context, const v1::AuthorizeRequest& next,
                           std::string_view page) {
    context.http.Redirect(absl::StrCat("/", ToAbsl(PageLanguage(next, context.language)), "/",
                                       ToAbsl(page), "?return_to=", PercentEncode(ToPath(next))));
    return HttpBody();
  }

  static void AddClaims(Page& page, const Person& person, const Scopes& scopes) {
    if (scopes.contains("profile")) {
      page.Add("CLAIMS").SetText("LABEL", "CLAIM_NAME").Set("VALUE", person.profile.FullName());
    }
    if (scopes.contains("email")) {
      page.Add("CLAIMS").SetText("LABEL", "CLAIM_EMAIL").Set("VALUE", person.profile.email);
    }
    if (!scopes.contains("address")) return;
    auto& row = page.Add("CLAIMS").SetText("LABEL", "CLAIM_ADDRESS");
    if (person.profile.address) {
      row.Set("VALUE", FormatAddress(*person.profile.address, ", "));
    } else {
      row.SetText("VALUE", "CLAIM_ADDRESS_NONE");
    }
  }

  AuthorizeServiceParts parts_;
  rpc::Interceptor& rpc_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAuthorizeService(const AuthorizeServiceParts& parts) {
  return std::make_unique<AuthorizeService>(parts);
}

}  // namespace tamarack::identity
