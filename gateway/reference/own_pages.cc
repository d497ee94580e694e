#include "gateway/reference/own_pages.h"

#include "gateway/problem/problem_kind.h"
#include "gateway/reference/field_list.h"
#include "gateway/reference/service_page.h"
#include "gateway/response/answer.h"
#include "platform/base/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>

namespace tamarack::gateway {

namespace json = boost::json;
using pages::Page;
using pages::Scope;

namespace {

constexpr std::string_view kReference = "/reference";
constexpr std::string_view kProblems = "/problems";

pages::Page ReferencePage(const Documents& documents, std::string_view language) {
  Page page("reference", language);
  page.Path(kReference);
  for (const auto& [name, document] : documents.parts()) {
    Scope& service = page.Add("SERVICE").Set("NAME", name);
    service.Set("HREF", absl::StrCat("/", ToAbsl(language), "/reference/", name));
    service.Set("DOCUMENT", absl::StrCat("/openapi/", name, ".json"));
    for (const json::value& tag : document.at("tags").as_array()) {
      Scope& row = service.Add("TAG").Set("TAG_NAME", TextMember(tag.as_object(), "name"));
      AddPieces(row, TextMember(tag.as_object(), "description"));
    }
  }
  return page;
}

pages::Page ProblemsPage(std::string_view language) {
  Page page("problems", language);
  page.Path(kProblems);
  bool is_french = language == "fr";
  for (const ProblemText& text : ProblemTexts()) {
    page.Add("KIND")
        .Set("HREF", absl::StrCat("/", ToAbsl(language), "/problems/", ToAbsl(text.slug)))
        .Set("TITLE", is_french ? text.title_fr : text.title_en)
        .Set("STATUS", std::to_string(text.status))
        .Set("DETAIL", is_french ? text.detail_fr : text.detail_en);
  }
  return page;
}

pages::Page ProblemPage(const ProblemText& text, const std::string& public_url,
                        std::string_view language) {
  bool is_french = language == "fr";
  Page page("problem", language);
  page.Path(absl::StrCat("/problems/", ToAbsl(text.slug)));
  page.Set("NAME", is_french ? text.title_fr : text.title_en)
      .Set("DETAIL", is_french ? text.detail_fr : text.detail_en)
      .Set("TYPE", absl::StrCat(public_url, "/problems/", ToAbsl(text.slug)));
  if (&text != &TextOf(ProblemKind::kOther))  // Whose status is the service's choice.
    page.Add("HAS_STATUS").Set("STATUS", std::to_string(text.status));
  if (&text != &TextOf(ProblemKind::kInvalidRequest)) return page;
  Scope& reasons = page.Add("REASONS");
  for (int i = 0; i < ReasonCount(); ++i) {
    auto reason = static_cast<Reason>(i);
    InputError error{reason, InputError::Source::kBody, "", "…"};
    reasons.Add("REASON")
        .Set("WORD", ReasonName(reason))
        .Set("TEXT", absl::StrReplaceAll(
                         Describe(error, is_french ? Language::kFrench : Language::kEnglish),
                         {{"….", "…"}}));
  }
  return page;
}

// The page at a path without language and trailing slash.
std::optional<Page> MakePage(std::string_view path, std::string_view language,
                             const std::string& public_url, const Documents& documents) {
  if (path == kReference) return ReferencePage(documents, language);
  if (path == kProblems) return ProblemsPage(language);
  auto below = [&](std::string_view folder) {
    return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/'
               ? path.substr(folder.size() + 1)
               : std::string_view();
  };
  std::string_view service = below(kReference);
  for (const auto& [name, document] : documents.parts()) {
    if (name == service) return ServicePage(name, document, language);
  }
  std::string_view slug = below(kProblems);
  for (const ProblemText& text : ProblemTexts()) {
    if (text.slug == slug) return ProblemPage(text, public_url, language);
  }
  return std::nullopt;
}

}  // namespace

OwnPages::OwnPages(const pages::Renderer& renderer, std::string public_url)
    : renderer_(renderer), public_url_(std::move(public_url)) {}

const http::Response* OwnPages::Find(std::string_view path, Language by_header,
                                     const std::shared_ptr<const Snapshot>& snapshot) {
  bool has_language = path.starts_with("/en/") || path.starts_with("/fr/");
  std::string_view language = has_language                     ? path.substr(1, 2)
                              : by_header == Language::kFrench ? "fr"
                                                               : "en";
  std::string_view bare = has_language ? path.substr(3) : path;
  if (!bare.starts_with(kReference) && !bare.starts_with(kProblems)) return nullptr;
  if (bare.ends_with('/')) bare.remove_suffix(1);
  if (snapshot != snapshot_) {
    answers_.clear();
    snapshot_ = snapshot;
  }
  // Those without language in the path say that they depend on the header.
  std::string key = absl::StrCat(ToAbsl(language), has_language ? "" : "?", ToAbsl(bare));
  if (auto known = answers_.find(key); known != answers_.end()) return &known->second;
  auto page = MakePage(bare, language, public_url_, snapshot->documents);
  if (!page) return nullptr;
  auto rendered = renderer_.Render(*page);
  http::Response response;
  response.headers = {{"Content-Type", rendered.content_type()},
                      {"Content-Language", std::string(language)},
                      {"Cache-Control", "public, max-age=60"}};
  if (!has_language) response.headers.Set("Vary", "Accept-Language");
  response.shared_body = std::make_shared<const std::string>(std::move(*rendered.mutable_data()));
  AddSecurityHeaders("", public_url_.starts_with("https://"), response);
  return &answers_.emplace(std::move(key), std::move(response)).first->second;
}

}  // namespace tamarack::gateway
