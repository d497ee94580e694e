#include "platform/pages/pages.h"

#include "platform/base/status.h"
#include "platform/text/canada.h"

#include <absl/strings/str_cat.h>

namespace tamarack::pages {
namespace {

Page ErrorPageOf(std::string_view kind, std::string_view language, std::string_view request_id,
                 std::string_view go_back) {
  Page page("error", language);
  page.SetText("HEADING", absl::StrCat("ERROR_", ToAbsl(kind), "_HEADING"));
  page.SetText("EXPLANATION", absl::StrCat("ERROR_", ToAbsl(kind), "_TEXT"));
  if (!go_back.empty()) page.Add("GO_BACK").Set("GO_BACK_URL", go_back);
  if (!request_id.empty()) page.Add("REFERENCE").Set("REQUEST_ID", request_id);
  return page.Path("/account");
}

}  // namespace

Scope& Scope::Set(std::string_view name, std::string_view value) {
  values_[std::string(name)] = value;
  return *this;
}

Scope& Scope::SetText(std::string_view name, std::string_view key, Params params) {
  texts_[std::string(name)] = {std::string(key), std::move(params)};
  return *this;
}

Scope& Scope::Show(std::string_view section) {
  auto& rows = sections_[std::string(section)];
  if (rows.empty()) rows.emplace_back();
  return *this;
}

Scope& Scope::Add(std::string_view section) {
  return sections_[std::string(section)].emplace_back();
}

Scope& Scope::Sort(std::string_view section, std::string_view variable) {
  sorted_by_[std::string(section)] = variable;
  return *this;
}

Page::Page(std::string_view name, std::string_view language, std::string_view csrf_token)
    : name_(name),
      language_(NormalLanguage(language)),
      csrf_token_(csrf_token),
      path_(absl::StrCat("/", name_)) {}

Page& Page::Path(std::string_view path_and_query) {
  path_ = path_and_query;
  return *this;
}

Page& Page::Form(std::string_view id, std::string_view path) {
  form_id_ = id;
  form_path_ = path;
  return *this;
}

Page& Page::Again(bool had_secrets) {
  if (had_secrets) Show("SECRETS_LEFT_OUT");
  return *this;
}

Page& Page::SignedIn() {
  is_signed_in_ = true;
  return *this;
}

Page& Page::Error(std::string_view field, std::string_view key, Params params) {
  errors_.push_back({std::string(field), std::string(key), std::move(params)});
  return *this;
}

void AddOption(Scope& scope, std::string_view name, std::string_view value,
               std::string_view label_key, std::string_view selected) {
  Scope& option = scope.Add(name).Set("VALUE", value).SetText("LABEL", label_key);
  if (value == selected) option.Show("SELECTED");
}

void AddProvinces(Scope& scope, std::string_view name, std::string_view selected) {
  for (const std::string_view code : text::kProvinces) {
    AddOption(scope, name, code, absl::StrCat("PROVINCE_", std::string(code)), selected);
  }
  scope.Sort(name, "LABEL");
}

Page ErrorPage(int http_status, std::string_view language, std::string_view request_id,
               std::string_view go_back) {
  std::string_view kind = http_status >= 500 ? "500" : "400";
  const std::string status = std::to_string(http_status);
  for (const std::string_view known : {"403", "404", "409", "429", "503"}) {
    if (status == known) kind = known;
  }
  if (http_status == 401) kind = "403";
  if (http_status == 499 || http_status == 504) kind = "503";
  return ErrorPageOf(kind, language, request_id, go_back);
}

Page StaleFormPage(std::string_view language, std::string_view request_id,
                   std::string_view go_back) {
  return ErrorPageOf("STALE", language, request_id, go_back);
}

Page OutcomeUnknownPage(std::string_view language, std::string_view request_id,
                        std::string_view go_back) {
  return ErrorPageOf("OUTCOME", language, request_id, go_back);
}

Page BadSignInPage(std::string_view language, std::string_view request_id) {
  return ErrorPageOf("SIGN_IN", language, request_id, {});
}

Page MessagePage(std::string_view language, std::string_view title_key, std::string_view text_key,
                 std::string_view link_key, std::string_view link_path) {
  Page page("message", language);
  page.SetText("HEADING", title_key).SetText("EXPLANATION", text_key);
  if (!link_key.empty()) {
    page.Add("LINK")
        .SetText("LINK_TEXT", link_key)
        .Set("HREF",
             absl::StrCat("/", std::string(NormalLanguage(language)), std::string(link_path)));
  }
  return page;
}

}  // namespace tamarack::pages
