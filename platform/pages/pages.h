// platform/pages: HTML pages for people, in English and French, usable without JavaScript.
//
// Templates are ctemplate with auto-escape (services/<name>/pages/*.tpl); texts are gettext
// catalogues (services/<name>/locale/{en,fr}.po). Both are embedded into the binary.
//
// * `{{T_SOMETHING}}` in a template is the catalogue's text SOMETHING: handlers never push texts.
//   Message ids are stable keys, not English sentences; English is a translation like French.
// * `{NAME}` in a text is the page's (or row's) variable NAME. `~` in a text is a NO-BREAK SPACE.
// * Every page has a text TITLE_<PAGE>, for example TITLE_SIGN_IN = "Sign in – {BRAND}".
// * `{{>HEAD}}` puts platform/pages/templates/_head.tpl there; partials see the variables around
// it.
// * A key or partial that does not exist in both languages stops the service at start.
//
//   pages::Page page("sign-in", context.language, context.csrf_token);
//   page.Set("EMAIL", request.email());
//   if (!is_right) page.Error("password", "WRONG_PASSWORD");
//   co_return renderer_.Render(page);
//
// What may run, load or be sent to on a page is said by the headers that the gateway sends with it
// (gateway/answer.cc).
// Chromium holds form-action against the whole chain of redirects of a POST: a handler whose post
// ends at another origin answers with a page that leads on (lead_out.h).
#pragma once

#include "platform/pages/brand.h"
#include "platform/pages/bundle.h"

#include <google/api/httpbody.pb.h>

#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::pages {

// Values for the {NAME}s of a text.
using Params = std::map<std::string, std::string>;

// "en" or "fr": English for whatever is not French.
std::string_view NormalLanguage(std::string_view language);

// Variables and sections of a page, or of one row of a repeated section.
class Scope {
 public:
  // {{NAME}}: escaped by the template according to where it stands.
  Scope& Set(std::string_view name, std::string_view value);
  // {{NAME}}: the catalogue's text `key`.
  Scope& SetText(std::string_view name, std::string_view key, Params params = {});
  // {{#SECTION}}…{{/SECTION}}, once.
  Scope& Show(std::string_view section);
  // {{#SECTION}}…{{/SECTION}}, once more, with the variables set on the result.
  Scope& Add(std::string_view section);
  // Has the rows of `section` shown in the alphabetical order of the page's language by what they
  // have as `variable`.
  Scope& Sort(std::string_view section, std::string_view variable);

 private:
  friend class Renderer;
  struct Text {
    std::string key;
    Params params;
  };
  std::map<std::string, std::string> values_;
  std::map<std::string, Text> texts_;
  std::map<std::string, std::list<Scope>> sections_;
  std::map<std::string, std::string> sorted_by_;  // sections that are sorted, by which variable
};

// One page to be rendered: pages::Page page("sign-in", context.language, context.csrf_token);
class Page : public Scope {
 public:
  Page(std::string_view name, std::string_view language, std::string_view csrf_token = {});

  // Where this page is read (GET), after the language and with its query: "/pay/123". The language
  // toggle leads there; "/<name>" unless set.
  Page& Path(std::string_view path_and_query);

  // For pages with a form where people type: the language toggle posts that form (its id, and its
  // path after the language) with `change_language=true`, so that nothing is lost and nothing goes
  // into a URL. The handler then only shows the form again, by `Again`.
  Page& Form(std::string_view id, std::string_view path);
  // The answer to `change_language`. Passwords, card numbers and the like are never sent back: if
  // some were typed, the page says so.
  Page& Again(bool had_secrets);

  // Shows the service's navigation and "sign out".
  Page& SignedIn();

  // Something to correct: shows the error summary, and at the field
  // {{#E_FIELD}}{{>FIELD_ERROR}}{{/E_FIELD}}. `field` is the proto field ("card_no": input id
  // card-no, section E_CARD_NO), `key` the catalogue's text. Answer with status 422.
  Page& Error(std::string_view field, std::string_view key, Params params = {});
  bool has_errors() const { return !errors_.empty(); }

 private:
  friend class Renderer;
  struct FieldError {
    std::string field;
    std::string key;
    Params params;
  };
  std::string name_;
  std::string language_;
  std::string csrf_token_;
  std::string path_;
  std::string form_id_;
  std::string form_path_;
  bool is_signed_in_ = false;
  std::vector<FieldError> errors_;
};

struct NavItem {
  std::string key;   // the catalogue's text
  std::string path;  // after the language: "/account"
};

struct RendererOptions {
  std::string home =
      "/account";            // where the service's name in the header leads, after the language
  std::vector<NavItem> nav;  // shown to who is signed in
};

// The texts of a bundle, falling back to the shared ones. Also for e-mails and notices.
class Catalogue {
 public:
  explicit Catalogue(const Bundle& bundle);
  ~Catalogue();
  bool Has(std::string_view language, std::string_view key) const;
  // The text with its {NAME}s filled in; the key itself when there is no such text.
  std::string Text(std::string_view language, std::string_view key,
                   const Params& params = {}) const;
  // The form for `count` of a text with msgid_plural; {COUNT} is filled in.
  std::string Plural(std::string_view language, std::string_view key, int count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Renders the pages of one service. Made once at start (it checks all templates and texts then),
// used from any thread.
class Renderer {
 public:
  Renderer(const Bundle& service, Brand brand, RendererOptions options = {});
  ~Renderer();

  // text/html; the handler sets the status.
  google::api::HttpBody Render(const Page& page) const;
  const Catalogue& catalogue() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// {{#NAME}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/NAME}}
void AddOption(Scope& scope, std::string_view name, std::string_view value,
               std::string_view label_key, std::string_view selected);
// The 13 provinces and territories as such options.
void AddProvinces(Scope& scope, std::string_view name, std::string_view selected);

// "error" page for any status from 400 on; `request_id` is printed for the help desk unless empty.
// It leads home, and to `go_back` (a URL of this site where the person was) unless empty. Set its
// Path where the request's is known.
Page ErrorPage(int http_status, std::string_view language, std::string_view request_id,
               std::string_view go_back = {});
// The same for a form that was sent too late: its page's token is no longer good.
Page StaleFormPage(std::string_view language, std::string_view request_id,
                   std::string_view go_back = {});

// The same for a form whose answer was lost: what it was to do may have been done, so it invites
// nobody to send it again.
Page OutcomeUnknownPage(std::string_view language, std::string_view request_id,
                        std::string_view go_back = {});

// The same for people whom a service sent here with a request that is no good: trying again will
// not help, telling that service will.
Page BadSignInPage(std::string_view language, std::string_view request_id);

// "message" page: a heading, a paragraph and perhaps one link onward, all from the catalogue.
Page MessagePage(std::string_view language, std::string_view title_key, std::string_view text_key,
                 std::string_view link_key = {}, std::string_view link_path = {});

}  // namespace tamarack::pages
