#include "services/identity/sign_in/sign_in_service.h"

#include "platform/base/network.h"
#include "platform/text/email_address.h"
#include "platform/text/text.h"
#include "services/identity/protocol/url.h"
#include "services/identity/sign_in/confirmation_code.h"
#include "services/identity/sign_in/registration_rules.h"
#include "services/identity/sign_in/sign_in_pages.h"

#include "tamarack/identity/v1/sign_in_service.grpc.pb.h"

namespace tamarack::identity {
namespace {

using google::api::HttpBody;
using pages::Page;

constexpr int kUnprocessable = 422;
constexpr int kTooManyRequests = 429;
constexpr int kRegistrationCookieSeconds = 86400;

class SignInService final : public v1::SignInService::CallbackService {
 public:
  using Api = v1::SignInService;
  explicit SignInService(const SignInServiceParts& parts) : parts_(parts), rpc_(parts.rpc) {}

  TAMARACK_UNARY(ShowSignIn, v1::ShowSignInRequest, HttpBody) {
    std::optional<HttpBody> lost;
    CO_ASSIGN_OR_RETURN(auto pending, co_await Read(context, request, lost));
    if (lost) co_return *std::move(lost);
    if (pending && parts_.interactions.IsExpired(*pending)) {
      context.http.SetStatus(400);
      co_return parts_.pages.Render(ExpiredPage(*pending, request.return_to(), request.lang()));
    }
    if (!request.has_account() && !request.device_confirmed()) {
      CO_ASSIGN_OR_RETURN(bool is_signed_in, co_await IsSignedIn(context, pending));
      if (is_signed_in) co_return GoOn(context, request.lang(), request.return_to());
    }
    Page page = SignInPage(context, request.lang(), request.return_to(), "");
    if (request.has_account()) page.Show("HAS_ACCOUNT");
    if (request.device_confirmed()) page.Show("DEVICE_CONFIRMED");
    co_return co_await Render(context, page, request.return_to());
  }

  TAMARACK_UNARY(SignIn, v1::SignInRequest, HttpBody) {
    std::string email = text::TidyEmailAddress(request.email());
    if (request.change_language()) {
      Page again = SignInPage(context, request.lang(), request.return_to(), request.email());
      again.Again(!request.password().empty());
      co_return co_await Render(context, again, request.return_to());
    }
    Page page = SignInPage(context, request.lang(), request.return_to(), email);
    if (email.empty()) page.Error("email", "ERROR_EMAIL_MISSING");
    if (request.password().empty()) page.Error("password", "ERROR_PASSWORD_MISSING");
    if (page.has_errors())
      co_return co_await Refuse(context, page, request.return_to(), kUnprocessable);

    std::optional<HttpBody> lost;
    CO_ASSIGN_OR_RETURN(auto pending, co_await Read(context, request, lost));
    if (lost) co_return *std::move(lost);
    CO_ASSIGN_OR_RETURN(auth::Mode mode, co_await AccountMode(email, pending));
    std::string_view device = context.Cookie(kDeviceCookieKey);
    CO_ASSIGN_OR_RETURN(auto tried,
                        co_await parts_.guard.Begin(parts_.people.EmailIndexes(mode, email),
                                                    NetworkOf(context.client_ip), device));
    if (tried.admission == Admission::kTooManyTries) {
      page.Error("email", "ERROR_TOO_MANY_TRIES");
      co_return co_await Refuse(context, page, request.return_to(), kTooManyRequests);
    }
    if (tried.admission == Admission::kNeedsKnownDevice)
      co_return co_await AskToConfirmDevice(context, std::move(page), request, mode, email);
    auto person = co_await parts_.people.FindByEmail(mode, email);
    if (!person.ok() && !absl::IsNotFound(person.status())) co_return person.status();
    std::string hash = person.ok() ? person->password_hash : "";
    CO_ASSIGN_OR_RETURN(auto verdict, co_await parts_.passwords.Verify(hash, request.password()));
    if (verdict == Passwords::Verdict::kWrong) {
      parts_.metrics.sign_in_failures.Increment();
      page.Error("email", "ERROR_SIGN_IN");
      co_return co_await Refuse(context, page, request.return_to(), kUnprocessable);
    }
    CO_ASSIGN_OR_RETURN(auto known, co_await parts_.guard.Succeed(tried, device, person->id));
    // The next sign-in tries again what fails here.
    if (verdict == Passwords::Verdict::kOutdated) {
      auto renewed = co_await parts_.passwords.Hash(request.password());
      if (renewed.ok())
        (void)co_await parts_.people.ReplacePasswordHash(person->id, hash, *renewed);
    }
    CO_RETURN_IF_ERROR(co_await StartSession(context, *person, request.lang()));
    context.http.SetCookie(kDeviceCookie, known, kDeviceCookieSeconds);
    parts_.metrics.sign_ins.Increment();
    co_return GoOn(context, request.lang(), request.return_to());
  }

  TAMARACK_UNARY(SignOut, v1::SignOutRequest, HttpBody) {
    std::string_view cookie = context.Cookie(kSessionCookieKey);
    if (!cookie.empty()) CO_RETURN_IF_ERROR(co_await parts_.sessions.End(cookie));
    context.http.SetCookie(kSessionCookie, "", 0);
    Page page =
        pages::MessagePage(request.lang(), "SIGNED_OUT", "SIGNED_OUT_TEXT", "SIGN_IN", "/sign-in");
    co_return parts_.pages.Render(page.Path("/sign-in"));
  }

  TAMARACK_UNARY(ShowRegister, v1::ShowRegisterRequest, HttpBody) {
    std::optional<HttpBody> lost;
    CO_ASSIGN_OR_RETURN(auto pending, co_await Read(context, request, lost));
    if (lost) co_return *std::move(lost);
    CO_ASSIGN_OR_RETURN(bool is_signed_in, co_await IsSignedIn(context, pending));
    if (is_signed_in) co_return GoOn(context, request.lang(), request.return_to());
    v1::RegisterRequest empty;
    empty.set_lang(request.lang());
    empty.set_return_to(request.return_to());
    co_return co_await Render(context, RegisterPage(context, empty), request.return_to());
  }

  TAMARACK_UNARY(Register, v1::RegisterRequest, HttpBody) {
    if (request.change_language()) {
      Page again = RegisterPage(context, request).Again(!request.password().empty());
      co_return co_await Render(context, again, request.return_to());
    }
    std::optional<HttpBody> lost;
    CO_ASSIGN_OR_RETURN(auto authorization, co_await Read(context, request, lost));
    if (lost) co_return *std::move(lost);
    NewPerson person{.mode = ModeFor(authorization),
                     .profile = {.email = text::TidyEmailAddress(request.email()),
                                 .given_name = text::TidyLine(request.given_name()),
                                 .family_name = text::TidyLine(request.family_name()),
                                 .address = std::nullopt},
                     .password_hash = {},
                     .language = request.lang()};
    Page page = RegisterPage(context, request);
    CheckRegistration(person.profile, request.password(), page);
    if (page.has_errors())
      co_return co_await Refuse(context, page, request.return_to(), kUnprocessable);

    const Pending pending{person.mode, person.profile.email, false};
    if (!co_await MaySendCode(context, pending)) {
      page.Error("email", "ERROR_TOO_MANY_CODES");
      co_return co_await Refuse(context, page, request.return_to(), kTooManyRequests);
    }
    auto cookie = co_await BeginRegistration(std::move(person), request.password());
    if (!cookie.ok()) {
      co_await CountNoCode(context, pending);
      co_return cookie.status();
    }
    co_return GoToConfirm(context, *cookie, request.lang(), request.return_to());
  }

  TAMARACK_UNARY(ShowConfirmEmail, v1::ShowConfirmEmailRequest, HttpBody) {
    auto pending = co_await parts_.registrations.Find(RegistrationCookie(context));
    if (absl::IsNotFound(pending.status()))
      co_return GoTo(context, request.lang(), "register", request.return_to());
    if (!pending.ok()) co_return pending.status();
    Page page = ConfirmPage(context, *pending, request.lang(), request.return_to());
    if (request.sent_again()) page.Show("SENT_AGAIN");
    co_return co_await Render(context, page, request.return_to());
  }

  TAMARACK_UNARY(ConfirmEmail, v1::ConfirmEmailRequest, HttpBody) {
    auto pending = co_await parts_.registrations.Find(RegistrationCookie(context));
    // The form was sent twice, or long after: whoever has an account signs in.
    if (absl::IsNotFound(pending.status()))
      co_return GoTo(context, request.lang(), "sign-in", request.return_to());
    if (!pending.ok()) co_return pending.status();
    Page page = ConfirmPage(context, *pending, request.lang(), request.return_to());
    if (request.change_language()) {
      page.Again(!request.code().empty());
      co_return co_await Render(context, page, request.return_to());
    }
    auto code = FindCode(request.code());
    if (!code) {
      page.Error("code",
                 text::IsBlank(request.code()) ? "ERROR_CODE_MISSING" : "ERROR_CODE_FORMAT");
      co_return co_await Refuse(context, page, request.return_to(), kUnprocessable);
    }
    auto confirmed = co_await parts_.registrations.Confirm(RegistrationCookie(context), *code);
    // The form was sent twice at once: as if it had been one after the other.
    if (absl::IsNotFound(confirmed.status()) || absl::IsAlreadyExists(confirmed.status()))
      co_return GoTo(context, request.lang(), "sign-in", request.return_to());
    CO_ASSIGN_OR_RETURN(auto result, std::move(confirmed));
    switch (result.outcome) {
      case ConfirmOutcome::kWrongCode:
        page.Error("code", "ERROR_CODE_WRONG");
        break;
      case ConfirmOutcome::kExpiredCode:
        page.Error("code", "ERROR_CODE_EXPIRED");
        break;
      case ConfirmOutcome::kTooManyTries:
        page.Error("code", "ERROR_CODE_TRIES");
        break;
      case ConfirmOutcome::kHasAccount:
      case ConfirmOutcome::kCreated:
        break;
    }
    if (page.has_errors())
      co_return co_await Refuse(context, page, request.return_to(), kUnprocessable);
    // Whoever reads the address's mail may use this device for its account.
    CO_ASSIGN_OR_RETURN(auto device, co_await parts_.devices.Confirm(
                                         context.Cookie(kDeviceCookieKey), result.person.id));
    context.http.SetCookie(kDeviceCookie, device, kDeviceCookieSeconds);
    if (result.outcome == ConfirmOutcome::kHasAccount) {
      CO_RETURN_IF_ERROR(co_await parts_.registrations.End(RegistrationCookie(context)));
      context.http.SetCookie(kRegistrationCookie, "", 0);
      std::string to = PageUrl(request.lang(), "sign-in", request.return_to());
      std::string says = pending->is_for_device ? "device_confirmed" : "has_account";
      context.http.Redirect(AppendQuery(to, {{says, "true"}}));
      co_return HttpBody();
    }
    parts_.metrics.registrations.Increment();
    context.http.SetCookie(kRegistrationCookie, "", 0);
    // The account is there, whatever becomes of the session.
    if (!(co_await StartSession(context, result.person, request.lang())).ok())
      co_return GoTo(context, request.lang(), "sign-in", request.return_to());
    co_return GoOn(context, request.lang(), request.return_to());
  }

  TAMARACK_UNARY(ResendCode, v1::ResendCodeRequest, HttpBody) {
    auto pending = co_await parts_.registrations.Find(RegistrationCookie(context));
    if (absl::IsNotFound(pending.status()))
      co_return GoTo(context, request.lang(), "register", request.return_to());
    if (!pending.ok()) co_return pending.status();
    absl::Status sent = absl::ResourceExhaustedError("too many codes");
    if (co_await MaySendCode(context, *pending)) {
      sent = co_await parts_.registrations.Resend(RegistrationCookie(context));
      if (!sent.ok()) co_await CountNoCode(context, *pending);
    }
    if (absl::IsResourceExhausted(sent)) {
      Page page = ConfirmPage(context, *pending, request.lang(), request.return_to());
      page.Error("resend", "ERROR_NO_MORE_CODES");
      co_return co_await Refuse(context, page, request.return_to(), kTooManyRequests);
    }
    if (!sent.ok()) co_return sent;
    std::string to = PageUrl(request.lang(), "confirm-email", request.return_to());
    context.http.Redirect(AppendQuery(to, {{"sent_again", "true"}}));
    co_return HttpBody();
  }

 private:
  static std::string_view RegistrationCookie(const rpc::Context& context) {
    return context.Cookie(kRegistrationCookieKey);
  }

  static const CodeBudget& BudgetOf(const Pending& pending) {
    return pending.is_for_device ? kDeviceCodes : kRegistrationCodes;
  }
  boost::asio::awaitable<bool> MaySendCode(const rpc::Context& context, const Pending& pending) {
    co_return co_await parts_.attempts.TakeCode(
        BudgetOf(pending), parts_.people.EmailIndexes(pending.mode, pending.email).front(),
        CodeNetwork(context, pending));
  }
  // None was sent: nobody is locked out for trying again while we were down.
  boost::asio::awaitable<void> CountNoCode(const rpc::Context& context, const Pending& pending) {
    co_await parts_.attempts.GiveCodeBack(
        BudgetOf(pending), parts_.people.EmailIndexes(pending.mode, pending.email).front(),
        CodeNetwork(context, pending));
  }
  // What is tried in the sandbox uses up nothing of the live world's.
  static std::string CodeNetwork(const rpc::Context& context, const Pending& pending) {
    std::string network = NetworkOf(context.client_ip);
    return pending.mode == auth::Mode::kLive ? network : absl::StrCat("sandbox ", network);
  }

  Async<std::string> BeginRegistration(NewPerson person, const std::string& password) {
    CO_ASSIGN_OR_RETURN(person.password_hash, co_await parts_.passwords.Hash(password));
    co_return co_await parts_.registrations.Begin(person);
  }

  // The same whether there is an account, and whatever the password.
  Async<HttpBody> AskToConfirmDevice(rpc::Context& context, Page page,
                                     const v1::SignInRequest& request, auth::Mode mode,
                                     const std::string& email) {
    const Pending pending{mode, email, true};
    if (!co_await MaySendCode(context, pending)) {
      page.Error("email", "ERROR_TOO_MANY_CODES");
      co_return co_await Refuse(context, std::move(page), request.return_to(), kTooManyRequests);
    }
    auto cookie = co_await parts_.registrations.BeginForDevice(mode, email, request.lang());
    if (!cookie.ok()) {
      co_await CountNoCode(context, pending);
      co_return cookie.status();
    }
    co_return GoToConfirm(context, *cookie, request.lang(), request.return_to());
  }

  // Whether there is no need to ask, unless the request wants another sign-in.
  Async<bool> IsSignedIn(const rpc::Context& context,
                         const std::optional<PendingAuthorization>& pending) {
    std::string_view cookie = context.Cookie(kSessionCookieKey);
    if (cookie.empty()) co_return false;
    auto session = co_await parts_.sessions.FindByCookie(cookie);
    // The page does not need Redis.
    if (!session.ok() || !*session) co_return false;
    if (!pending) co_return true;
    CO_ASSIGN_OR_RETURN(auto standing,
                        co_await parts_.interactions.StandingOf(**session, *pending));
    co_return standing != Standing::kMustSignIn;
  }

  // Clients of the sandbox meet people of the sandbox, live ones live people.
  auth::Mode ModeFor(const std::optional<PendingAuthorization>& pending) const {
    return pending ? auth::ModeOf(pending->client.mode) : parts_.default_mode;
  }

  // Of which mode the account is that a sign-in by this address is for: the one that the client
  // meets, or the platform's own; the other where only that has the address and may be met.
  Async<auth::Mode> AccountMode(const std::string& email,
                                const std::optional<PendingAuthorization>& pending) {
    auth::Mode mode = ModeFor(pending);
    CO_ASSIGN_OR_RETURN(bool has_account, co_await parts_.people.HasAccount(mode, email));
    if (has_account) co_return mode;
    auth::Mode other = mode == auth::Mode::kLive ? auth::Mode::kSandbox : auth::Mode::kLive;
    auto person = co_await parts_.people.FindByEmail(other, email);
    if (absl::IsNotFound(person.status())) co_return mode;
    if (!person.ok()) co_return person.status();
    if (!pending) co_return other;
    CO_ASSIGN_OR_RETURN(bool may_meet,
                        co_await parts_.interactions.MayMeet(person->id, other, pending->client));
    co_return may_meet ? other : mode;
  }

  // The authorization that the page leads to, if any; where it is lost, the answer that says so:
  // nobody takes its client's people for the platform's own.
  Async<std::optional<PendingAuthorization>> Read(rpc::Context& context, const auto& request,
                                                  std::optional<HttpBody>& lost) {
    auto pending = co_await parts_.interactions.Read(request.return_to());
    if (!absl::IsNotFound(pending.status())) co_return pending;
    lost = Lost(context, request.lang(), request.return_to());
    co_return std::nullopt;
  }

  HttpBody Lost(rpc::Context& context, const std::string& lang, const std::string& return_to) {
    context.http.SetStatus(400);
    return parts_.pages.Render(LostPage(return_to, lang));
  }

  // Names the service that asked for the sign-in.
  Async<HttpBody> Render(rpc::Context& context, Page page, const std::string& return_to) {
    auto read = co_await parts_.interactions.Read(return_to);
    if (absl::IsNotFound(read.status())) co_return Lost(context, context.language, return_to);
    CO_ASSIGN_OR_RETURN(auto pending, std::move(read));
    if (pending)
      page.Add("FOR_CLIENT").Set("CLIENT_NAME", pending->client.ServiceName(context.language));
    co_return parts_.pages.Render(page);
  }

  Async<HttpBody> Refuse(rpc::Context& context, Page page, const std::string& return_to,
                         int status) {
    context.http.SetStatus(status);
    co_return co_await Render(context, std::move(page), return_to);
  }

  AsyncStatus StartSession(rpc::Context& context, const Person& person, const std::string& lang) {
    std::string_view earlier = context.Cookie(kSessionCookieKey);
    if (!earlier.empty()) CO_RETURN_IF_ERROR(co_await parts_.sessions.End(earlier));
    CO_ASSIGN_OR_RETURN(auto cookie, co_await parts_.sessions.Create(person.id, person.mode, lang));
    context.http.SetCookie(kSessionCookie, cookie);
    co_return absl::OkStatus();
  }

  // To the page, in the language that the person chose meanwhile.
  HttpBody GoOn(rpc::Context& context, const std::string& lang,
                const std::string& return_to) const {
    std::string path = SafeReturnTo(return_to, absl::StrCat("/", lang, "/account"));
    if (path.starts_with("/en/") || path.starts_with("/fr/")) path.replace(1, 2, lang);
    context.http.Redirect(parts_.interactions.InLanguage(path, lang).value_or(path));
    return HttpBody();
  }

  static HttpBody GoToConfirm(rpc::Context& context, const std::string& cookie,
                              const std::string& lang, const std::string& return_to) {
    context.http.SetCookie(kRegistrationCookie, cookie, kRegistrationCookieSeconds);
    return GoTo(context, lang, "confirm-email", return_to);
  }

  static HttpBody GoTo(rpc::Context& context, const std::string& lang, std::string_view page,
                       const std::string& return_to) {
    context.http.Redirect(PageUrl(lang, page, return_to));
    return HttpBody();
  }

  SignInServiceParts parts_;
  rpc::Interceptor& rpc_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSignInService(const SignInServiceParts& parts) {
  return std::make_unique<SignInService>(parts);
}

}  // namespace tamarack::identity
