#include "services/identity/sign_in/sign_in_pages.h"
#include "platform/base/url.h"

#include "services/identity/protocol/url.h"

namespace tamarack::identity {
namespace {

using pages::Page;

std::string PagePath(std::string_view page, std::string_view return_to) {
  return return_to.empty()
             ? absl::StrCat("/", ToAbsl(page))
             : absl::StrCat("/", ToAbsl(page), "?return_to=", PercentEncode(return_to));
}

}  // namespace

std::string PageUrl(std::string_view lang, std::string_view page, std::string_view return_to) {
  return absl::StrCat("/", ToAbsl(lang), PagePath(page, return_to));
}

Page SignInPage(const rpc::Context& context, const std::string& lang, const std::string& return_to,
                const std::string& email) {
  Page page("sign-in", lang, context.csrf_token);
  page.Path(PagePath("sign-in", return_to)).Form("password-form", "/sign-in");
  page.Set("EMAIL", email).Set("RETURN_TO", return_to);
  return page;
}

Page RegisterPage(const rpc::Context& context, const v1::RegisterRequest& request) {
  Page page("register", request.lang(), context.csrf_token);
  page.Path(PagePath("register", request.return_to())).Form("register-form", "/register");
  page.Set("GIVEN_NAME", request.given_name()).Set("FAMILY_NAME", request.family_name());
  page.Set("EMAIL", request.email()).Set("RETURN_TO", request.return_to());
  return page;
}

Page ConfirmPage(const rpc::Context& context, const Pending& pending, const std::string& lang,
                 const std::string& return_to) {
  Page page("confirm-email", lang, context.csrf_token);
  page.Path(PagePath("confirm-email", return_to)).Form("confirm-form", "/confirm-email");
  page.Set("EMAIL", pending.email).Set("RETURN_TO", return_to);
  page.Show(pending.is_for_device ? "FOR_DEVICE" : "FOR_ADDRESS");
  return page;
}

}  // namespace tamarack::identity
